/** Between what an execution noted (Reads) and what a shared answer is kept with: the one made of the other, and the other way round. Edge safe. */
import type { TenantId } from '../../domain/ids.ts';
import type { Changes } from '../../platform/cache/changes.ts';
import type { AnswerParts, ViewRead } from '../../platform/cache/shared-answers.ts';
import { refOfTag } from '../../platform/cache/view-tags.ts';
import type { ViewRef } from '../../platform/read-models/read-models.ts';
import type { NotedReads } from '../../resolvers/reads.ts';

/** Beyond these an answer is as much work to compare as to make. */
const VIEWS_MAX = 500;
const PAGES_MAX = 20;
const ENTRIES_MAX = 100;

/**
 * What the answer is made of; null where that cannot be told, or where it is too much. A view that was found in memory and whose tag has not moved since has
 * the version that this gateway knows: a later one would have moved it. One that was read and has moved may have been found in memory before that, unless
 * nothing was: what is in memory holds until a time. Whether all of it is still so the store finds out.
 */
export function partsOf(reads: NotedReads, changes: Changes, tenant: TenantId): AnswerParts | null {
  const { tags, since, untilMs, versions, pages, entriesRead: entries, isKeepable } = reads;
  if (!isKeepable || pages === null || pages.length > PAGES_MAX || entries.length > ENTRIES_MAX || tags.size > VIEWS_MAX + PAGES_MAX) return null;
  const lists = new Set(pages.map(({ query }) => changes.tagOfList(query)));
  const views: ViewRead[] = [];
  for (const tag of tags) {
    if (lists.has(tag)) continue;
    const ref = refOfTag(tenant, tag);
    const read = versions.get(tag);
    const isSure = read !== undefined && untilMs === Infinity;
    if (ref === null || (!isSure && changes.epochs.hasMoved([tag], since))) return null;
    views.push({ kind: ref.kind, id: ref.id, version: (read ?? changes.versionOf(ref)) || null });
  }
  return { views, lists: pages, entries };
}

/**
 * Notes a found answer as if it had been read here. False, with nothing noted, where this gateway knows of something newer than the store does: then it is
 * nobody's answer here. `floorOf`: versions below which nobody is shown a view.
 */
export function noteParts(
  { views, lists, entries }: AnswerParts,
  reads: NotedReads,
  changes: Changes,
  tenant: TenantId,
  floorOf: (ref: ViewRef) => number,
): boolean {
  const refs = views.map(({ kind, id }) => ({ tenant, kind, id }));
  if (refs.some((ref, at) => (views[at]?.version ?? 0) < Math.max(changes.versionOf(ref), floorOf(ref)))) return false;
  // A list that nobody asked for here was no list that the changes of this moment could have found.
  if (lists.length > 0 && changes.epochs.now() !== reads.since) reads.never();
  for (const { query, edition } of lists) {
    const own = { ...query, tenant };
    reads.list(own);
    reads.page(own, edition);
  }
  for (const { kind, id, version } of views) {
    reads.view(kind, id);
    if (version === null) reads.missing(kind, id);
    else reads.found(kind, id, version);
  }
  entries.forEach((read) => reads.entries(read));
  return true;
}
