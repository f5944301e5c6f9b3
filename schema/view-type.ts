/**
 * Types whose objects are views: read out of the read models, shared by all who read the same version, changed by nobody. What a selection makes of
 * one may be remembered for as long as the object is (gateway/compiled/texts.ts).
 */
export const isView = { isView: true };

/** `type`: a type of the schema. */
export const isViewType = ({ extensions }: { readonly extensions: Readonly<Record<string, unknown>> }): boolean => extensions['isView'] === true;
