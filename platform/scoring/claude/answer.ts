/** What Claude is asked to answer, and the check of what it did answer. An answer that does not fit never becomes a score. */
import { z } from 'zod';
import { AiFailure } from '../ai-failure.ts';
import { mentionsProtected } from './private-text.ts';

const sentence = z.string().trim().min(1).max(1_000);
const sentences = z.array(sentence).max(12);

export const answerSchema = z.strictObject({
  score: z.number().min(0).max(100).describe('How likely this lead is to close a deal, 0 to 100.'),
  confidence: z.number().min(0).max(1).describe('How much the data supports the score, 0 to 1.'),
  factors: z
    .array(
      z.strictObject({
        name: z.string().trim().min(1).max(100).describe('Two or three words.'),
        contribution: z.number().min(-100).max(100).describe('Signed score points against a neutral lead.'),
        explanation: sentence.describe('One sentence that a person understands.'),
      }),
    )
    .min(1)
    .max(12),
  reasons: sentences.min(1).describe('The main reasons for the score, most important first.'),
  risks: sentences,
  opportunities: sentences,
  nextBestAction: sentence.describe('What the agent should do next, one sentence.'),
  expectedTimeline: sentence.describe('When a deal is to be expected, a few words.'),
  summary: sentence.describe('Two sentences at most.'),
});
export type Answer = z.output<typeof answerSchema>;

/** The few parts of a message that say what came back. */
export interface RawAnswer {
  readonly stop_reason: string | null;
  readonly content: readonly { readonly type: string; readonly text?: string }[];
}

function invalid(why: string): AiFailure {
  return new AiFailure('INVALID_ANSWER', `invalid answer: ${why}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text; an answer must not reach the logs.
    throw invalid('not JSON');
  }
}

const spoken = (answer: Answer): string =>
  [
    ...answer.factors.flatMap((factor) => [factor.name, factor.explanation]),
    ...answer.reasons,
    ...answer.risks,
    ...answer.opportunities,
    answer.nextBestAction,
    answer.expectedTimeline,
    answer.summary,
  ].join('\n');

/** The checked answer. Throws AiFailure: INVALID_ANSWER, or DECLINED where the model would not or used what fair housing forbids. */
export function readAnswer(message: RawAnswer): Answer {
  if (message.stop_reason === 'refusal') throw new AiFailure('DECLINED', 'the model declined to answer');
  if (message.stop_reason === 'max_tokens') throw invalid('cut off');
  const text = message.content.flatMap((block) => (block.type === 'text' && block.text !== undefined ? [block.text] : [])).join('');
  const checked = answerSchema.safeParse(parseJson(text));
  if (!checked.success) throw invalid(checked.error.issues.map((issue) => `${issue.path.join('.')} ${issue.code}`).join(', '));
  if (mentionsProtected(spoken(checked.data))) throw new AiFailure('DECLINED', 'the answer rests on what fair housing forbids');
  return checked.data;
}
