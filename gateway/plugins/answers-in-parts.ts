/** Answers that come in parts (subscriptions, and what has `@defer`) want a client that takes them: others are told so before anything is done for them. */
import { GraphQLError, Kind, visit, BREAK, type DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';

const NOT_ACCEPTABLE = 406;
const TAKES_PARTS = /multipart\/|text\/event-stream|text\/\*|\*\/\*/;
const IN_PARTS: ReadonlySet<string> = new Set(['defer', 'stream']);

/** Undefined for operations that come without a Request: their transports take parts. */
interface WithRequest {
  readonly request?: Request | undefined;
}

export function useAnswersInParts(): Plugin {
  const known = new WeakMap<DocumentNode, boolean>();
  const isDeferred = (document: DocumentNode): boolean => {
    const found = known.get(document) ?? hasDirective(document);
    known.set(document, found);
    return found;
  };
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const refusal = refusalFor(args.contextValue);
      if (refusal !== null && isDeferred(args.document)) setResultAndStopExecution({ errors: [refusal] });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const refusal = refusalFor(args.contextValue);
      if (refusal !== null) setResultAndStopExecution({ errors: [refusal] });
    },
  };
}

/** Null where the client takes parts. */
function refusalFor({ request }: WithRequest): GraphQLError | null {
  const accept = request?.headers.get('accept') ?? '*/*';
  if (TAKES_PARTS.test(accept)) return null;
  const message = `this answer comes in parts: accept text/event-stream or, for @defer, multipart/mixed, not ${accept.slice(0, 100)}`;
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: NOT_ACCEPTABLE, spec: false } } });
}

function hasDirective(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    [Kind.DIRECTIVE]({ name }) {
      found ||= IN_PARTS.has(name.value);
      return found ? BREAK : undefined;
    },
  });
  return found;
}
