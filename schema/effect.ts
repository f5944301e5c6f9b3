/**
 * Root fields of mutations whose resolver does all that it does within `context.effect`: operations with one such field may be compiled
 * (gateway/compiled/), and run again by GraphQL where that went wrong.
 */
export const hasOneEffect = { hasOneEffect: true };

/** `field`: of the schema's mutations. */
export const isOneEffect = ({ extensions }: { readonly extensions: Readonly<Record<string, unknown>> }): boolean => extensions['hasOneEffect'] === true;
