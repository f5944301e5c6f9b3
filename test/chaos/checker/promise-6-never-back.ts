/** 6: a view never goes back to an older version, for a reader that stays with one gateway and in the end for everybody. */
import type { CheckContext, PromiseCheck } from './check.ts';

export function neverBack({ recorded, report }: CheckContext): PromiseCheck {
  /** The newest version that anybody read. */
  const newest = new Map<string, number>();
  for (const { leadId, version } of recorded.reads) if (version !== null) newest.set(leadId, Math.max(version, newest.get(leadId) ?? 0));

  return {
    stream({ streamId, view }) {
      const seen = newest.get(streamId);
      if (seen !== undefined && (view?.version ?? 0) < seen)
        report({ promise: 6, what: 'in the end a view is older than it was read before', ids: [streamId], expected: seen, found: view?.version ?? null });
    },
    finish() {
      const last = new Map<string, number>();
      for (const { reader, pinned, leadId, version } of recorded.reads) {
        if (!pinned) continue;
        const key = `${reader} ${leadId}`;
        const before = last.get(key) ?? 0;
        if ((version ?? 0) < before) report({ promise: 6, what: 'a reader saw a view go back', ids: [leadId, reader], expected: before, found: version });
        else last.set(key, version ?? 0);
      }
    },
  };
}
