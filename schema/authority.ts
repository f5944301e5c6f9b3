/**
 * On what a field's answer depends, beside its parent and its arguments. A root field without a mark is answered anew for each request; below the
 * root a field depends on its tenant unless it says more. What reads the person's roles or name without a mark that allows it is never kept
 * (gateway/byte-cache/, observed at each execution).
 */
export const AUTHORITIES = ['TENANT', 'ROLES', 'VIEWER'] as const;
/** From what most may share to what nobody may. */
export type Authority = (typeof AUTHORITIES)[number];

/** For a field's `extensions`. */
export const dependsOn = (authority: Authority) => ({ authority });
