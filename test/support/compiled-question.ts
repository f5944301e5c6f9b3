/** A question whose compiled form a test writes itself: what the direct way makes of it is the product's. */
import type { CompiledOperation } from '../../gateway/compiled/compile.ts';
import type { Variables } from '../../gateway/compiled/selection.ts';
import type { Question } from '../../gateway/direct/question.ts';

/** Shared by all of the tenant who send that body; nothing of it is compiled. */
export const plainQuestion = (body: string): Question => ({
  params: { query: body },
  type: 'query',
  name: undefined,
  authority: 'TENANT',
  sharedSeconds: 0,
  text: body,
  keys: {},
  compiled: null,
});

export const compiledQuestion = (body: string, run: CompiledOperation['run'], variables: Variables): Question => ({
  ...plainQuestion(body),
  compiled: { query: () => ({ fields: 1, run }), variables },
});
