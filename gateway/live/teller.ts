/** Makes of a message what subscribers with one question are told: once, however many they are. */
import { execute, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { Delivered } from '../../platform/live-bus/live-bus.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Identity, RequestContext } from '../../resolvers/context.ts';
import { isApiError, unavailable, type ApiError } from '../../resolvers/errors.ts';
import { forClient, maskResult } from '../errors.ts';
import type { Authority } from '../../schema/authority.ts';
import type { OperationScope } from '../request-context.ts';
import type { Frame } from './frame.ts';
import type { LiveQuestion } from './live-question.ts';

export interface TellerOptions {
  readonly schema: GraphQLSchema;
  readonly createContext: (scope: OperationScope) => object;
  readonly logger: Logger;
}

/** Null: there is nothing to tell. Never rejects for what goes wrong with the message: that is told in its place. */
export type Tell = (message: Delivered) => Promise<Frame | null>;

/** `asker`: one of those who ask. */
export function createTeller({ schema, createContext, logger }: TellerOptions, question: LiveQuestion, asker: Identity): Tell {
  const { field, document, operation, variables, compiled } = question;
  const identity = commonOf(asker, question.authority);
  return async (message) => {
    const requestId = crypto.randomUUID();
    const context = createContext({ identity, requestId }) as RequestContext;
    const news = await field.news(context, message).catch((error: unknown) => told(error));
    if (news === null) return null;
    const about = field.onlyNewestCounts ? message.id : undefined;
    const frame = (text: string, isWhole: boolean): Frame => ({ cursor: message.cursor, about, text, isWhole });
    const data = isApiError(news) ? null : await dataOf(() => compiled?.run(context, variables, news));
    if (data !== null) return frame(`{"data":${data}}`, true);
    const result = await execute({
      schema,
      document,
      operationName: operation.name?.value,
      rootValue: news,
      contextValue: context,
      variableValues: variables,
    });
    const masked = maskResult(result, { requestId, logger });
    return frame(resultText(masked), !mayPass(masked));
  };
}

/** What all who share the answers have in common; a resolver that looks at more fails, before it can tell somebody what is for another's eyes. */
function commonOf({ tenant, roles, subject, expiresAtMs }: Identity, authority: Authority): Identity {
  if (authority === 'VIEWER') return { tenant, roles, subject, expiresAtMs };
  return {
    tenant,
    expiresAtMs,
    get roles() {
      return authority === 'ROLES' ? roles : refused('roles');
    },
    get subject() {
      return refused('subject');
    },
  };
}

function refused(what: string): never {
  throw new Error(`a field of a subscription that many share looks at the ${what} of one of them: mark on what it depends (schema/authority.ts)`);
}

const told = (error: unknown): ApiError => (isApiError(error) ? error : unavailable('this change cannot be told at the moment', error));

/** Null where GraphQL itself has to say what is wrong. */
async function dataOf(run: () => string | Promise<string> | undefined): Promise<string | null> {
  try {
    return (await run()) ?? null;
  } catch {
    return null;
  }
}

/** True where the same question may be answered the next time. */
const mayPass = ({ errors = [] }: ExecutionResult): boolean => errors.some(({ extensions }) => PASSING.has(extensions['code']));
const PASSING: ReadonlySet<unknown> = new Set(['UNAVAILABLE', 'INTERNAL']);

/** A masked result as it goes out. */
export function resultText({ errors, ...rest }: ExecutionResult): string {
  return JSON.stringify(errors === undefined ? rest : { ...rest, errors: errors.map(forClient) });
}
