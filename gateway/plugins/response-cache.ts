/**
 * Answers of GraphQL itself that all gateways share: @envelop/response-cache finds out what an answer holds and how long it is worth keeping, and ours
 * (gateway/response-cache/) does the rest. Not part of what the edge needs at the least: a gateway that wants it hands it to createApp.
 */
import { useResponseCache as useEnvelopCache } from '@envelop/response-cache';
import type { Plugin, YogaInitialContext } from 'graphql-yoga';
import { printSchema, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { digest } from '../../platform/messages/new-id.ts';
import { keptForMsOf } from '../../schema/kept-for.ts';
import { keyOf } from '../direct/question.ts';
import type { Attempt, ServerContext } from '../request-context.ts';
import type { ResponseCache } from '../response-cache/response-cache.ts';

/** Of answers that hold nothing of which the schema says more. */
const KEPT_MS = 60_000;
/** Names that the package puts into the operation: one that holds them already would lose them. */
const OWN_NAMES = '__responseCache';

/** A context of which `enabled` was true. */
interface Context extends ServerContext {
  readonly attempt: Attempt;
  readonly identity: NonNullable<ServerContext['identity']>;
}

export function useResponseCache(responseCache: ResponseCache, schema: GraphQLSchema): Plugin<ServerContext, ServerContext> {
  let schemaDigest: Promise<string> | undefined;
  const isEnabled = ({ attempt, resolverContext }: ServerContext): boolean =>
    // Where an execution goes on from another one's reads, something is wrong with its answer.
    attempt !== undefined && resolverContext === undefined && !attempt.document.includes(OWN_NAMES) && responseCache.isWorth(attempt);
  const keyFor = async ({ attempt }: Context, session: string): Promise<string> => {
    // While a release is rolled out, gateways of two schemas share one store.
    schemaDigest ??= digest(printSchema(schema));
    return digest(`${await schemaDigest}\n${session}\n${attempt.text}`);
  };
  return {
    onPluginInit({ addPlugin }) {
      addPlugin(
        useEnvelopCache<YogaInitialContext & ServerContext>({
          cache: (context) => {
            const { attempt, identity, afterwards } = context as Context;
            return responseCache.cacheFor({ tenant: identity.tenant, attempt, afterwards });
          },
          enabled: isEnabled,
          // All who may share the answer, by the schema's marks.
          session: (context) => sessionOf(context as Context),
          buildResponseCacheKey: ({ context, sessionId }) => keyFor(context as Context, sessionId ?? ''),
          ttl: KEPT_MS,
          ttlPerSchemaCoordinate: keptForOf(schema),
          shouldCacheResult: ({ result }) => isWhole(result),
          // A mutation is accepted here and comes true later, by events.
          invalidateViaMutation: false,
          includeExtensionMetadata: false,
        }),
      );
    },
    onExecute({ args }) {
      const { attempt } = args.contextValue;
      return attempt ? { onExecuteDone: () => responseCache.executed(attempt) } : undefined;
    },
  };
}

const sessionOf = ({ identity, attempt }: Context): string => keyOf(identity, attempt.authority, '', '');

const isWhole = ({ data, errors, extensions }: ExecutionResult): boolean => data != null && errors === undefined && extensions === undefined;

/** Milliseconds by type and by field, as the package takes them. */
function keptForOf(schema: GraphQLSchema): Record<string, number> {
  const known: Record<string, number> = {};
  const note = (coordinate: string, about: Parameters<typeof keptForMsOf>[0]): void => {
    const ms = keptForMsOf(about);
    if (ms !== undefined) known[coordinate] = ms;
  };
  for (const type of Object.values(schema.getTypeMap())) {
    note(type.name, type);
    if (!('getFields' in type)) continue;
    for (const field of Object.values(type.getFields())) note(`${type.name}.${field.name}`, field);
  }
  return known;
}
