/** Patches: undefined leaves a value as it is, null clears it (back to its default, where it has one). */
import { jsonEqual } from './json-equal.ts';

type AnyRecord = Record<string, unknown>;
export type PatchOf<T> = { readonly [K in keyof T]?: T[K] | null | undefined };

/** `base` with the patch applied. */
export function patched<T extends object>(base: T, patch: PatchOf<T>, defaults: Partial<T> = {}): T {
  const result: AnyRecord = { ...(base as AnyRecord) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    const next = value ?? (defaults as AnyRecord)[key];
    if (next === undefined) delete result[key];
    else result[key] = next;
  }
  return result as T;
}

/** The part of the patch that really changes `base`; null where nothing does. */
export function realChanges<T extends object, P extends PatchOf<T>>(base: T, patch: P, defaults: Partial<T> = {}): P | null {
  const after = patched(base, patch, defaults) as AnyRecord;
  const changed = Object.entries(patch).filter(([key]) => !jsonEqual((base as AnyRecord)[key], after[key]));
  return changed.length === 0 ? null : (Object.fromEntries(changed) as P);
}
