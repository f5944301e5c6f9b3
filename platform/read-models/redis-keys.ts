/** How keys of the read models begin. */
import type { TenantId } from '../../domain/ids.ts';
import type { ViewKind } from './read-models.ts';

/** The braces keep a tenant in one cluster slot. */
export const keyPrefix = (tenant: TenantId, generation: number): string => `{${tenant}}:g${generation}:`;

/** Everything of every tenant in one generation, as a pattern for SCAN. */
export const generationPattern = (generation: number): string => `{*}:g${generation}:*`;

const KEY = /^\{([^}]*)\}:g(\d+):(.*)$/s;

/** The parts of a key of the read models; null for a key of somebody else. */
export function partsOfKey(key: string): { readonly tenant: TenantId; readonly generation: number; readonly rest: string } | null {
  const [, tenant, generation, rest] = KEY.exec(key) ?? [];
  return tenant === undefined || rest === undefined ? null : { tenant: tenant as TenantId, generation: Number(generation), rest };
}

const MADE_BY_EVENTS: ReadonlySet<ViewKind> = new Set(['lead', 'property', 'agent']);

/** True for views that no event makes: no rebuild can bring them back, so they stand outside of generations. */
export const isKept = ({ kind }: { readonly kind: ViewKind }): boolean => !MADE_BY_EVENTS.has(kind);
