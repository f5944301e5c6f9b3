/**
 * How long answers with objects of a type, or with a field, are shared between gateways at the most (gateway/plugins/response-cache.ts); the least of all
 * that an answer holds is its time. What it shows may be older by nothing at all: a change ends it whatever its time. So this only says how long something is
 * worth its memory.
 */

/** For `extensions`; 0: never shared. */
export const keptFor = (seconds: number) => ({ keptForMs: seconds * 1000 });

/** Undefined where nothing is said. */
export const keptForMsOf = ({ extensions }: { readonly extensions: Readonly<Record<string, unknown>> }): number | undefined =>
  typeof extensions['keptForMs'] === 'number' ? extensions['keptForMs'] : undefined;
