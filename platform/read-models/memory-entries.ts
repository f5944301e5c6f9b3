/** Append-only entries in memory, numbered, newest first. */
import type { Entry, EntryRef } from './read-models.ts';
import type { SortedMap } from './sorted-map.ts';
import { createSortedMap } from './sorted-map.ts';

const keyOf = ({ tenant, collection, id }: EntryRef): string => `${tenant}\0${collection}\0${id}`;

export function createMemoryEntries() {
  const collections = new Map<string, SortedMap<number, string>>();
  return {
    add(entry: EntryRef & Entry): void {
      const key = keyOf(entry);
      const docs = collections.get(key) ?? createSortedMap<number, string>((a, b) => a - b);
      docs.set(entry.n, entry.doc);
      collections.set(key, docs);
    },
    page(ref: EntryRef, { first, before }: { readonly first: number; readonly before?: number | undefined }): Entry[] {
      const page: Entry[] = [];
      const docs = collections.get(keyOf(ref));
      if (!docs || first < 1) return page;
      for (const [n, doc] of docs.below(before)) {
        page.push({ n, doc });
        if (page.length >= first) break;
      }
      return page;
    },
    remove(ref: EntryRef): void {
      collections.delete(keyOf(ref));
    },
  };
}
