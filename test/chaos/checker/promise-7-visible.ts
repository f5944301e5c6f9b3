/** 7: after VISIBLE every gateway serves the change (a moment later where it hears of it late); with its token a client reads its own write anywhere, sooner. */
import type { CheckContext, PromiseCheck } from './check.ts';

/** A gateway whose live bus fell silent answers from what it kept for a second on trust, then no more (resolvers/live/live-feed.ts); the rest is the way. */
const ON_TRUST_MS = 1_100;

interface Promised {
  readonly atMs: number;
  readonly version: number;
}

export function visibleEverywhere({ recorded, report }: CheckContext): PromiseCheck {
  return {
    finish() {
      const promised = new Map<string, Promised[]>();
      for (const { answers } of recorded.commands.values())
        for (const { status, leadId, version, atMs } of answers)
          if (status === 'VISIBLE' && version !== null) promised.set(leadId, [...(promised.get(leadId) ?? []), { atMs, version }]);

      for (const { leadId, startedAtMs, version, atLeast, reader } of recorded.reads) {
        const before = (promised.get(leadId) ?? []).filter(({ atMs }) => atMs + ON_TRUST_MS < startedAtMs);
        const floor = before.reduce((most, { version }) => Math.max(most, version), 0);
        if ((version ?? 0) < floor)
          report({
            promise: 7,
            what: 'a read is older than what a receipt called VISIBLE more than a second before',
            ids: [leadId, reader],
            expected: floor,
            found: version,
          });
        if (atLeast !== null && (version ?? 0) < atLeast)
          report({ promise: 7, what: 'a read is older than its consistency token', ids: [leadId, reader], expected: atLeast, found: version });
      }
    },
  };
}
