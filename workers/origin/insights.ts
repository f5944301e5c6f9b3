/**
 * What the AI says of a lead right now, for somebody who waits for it: through the same circuit as every score. What was paid for is kept: the answer is
 * recorded as the lead's score, too. Where nobody waits any more, the AI is not asked any further.
 */
import { fold, isLead } from '../../domain/aggregate.ts';
import type { LeadId, TenantId } from '../../domain/ids.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import type { Insight } from '../../domain/scoring/score.ts';
import { streamKey } from '../../platform/event-store/event-store.ts';
import type { Insights } from '../../platform/scoring/insights.ts';
import type { Scored } from '../../platform/scoring/scorer.ts';
import type { WorkerPorts } from '../kit/role.ts';
import { sendCommands } from '../kit/send-commands.ts';

/** One question to the AI, for all who wait for its answer. */
interface Asking {
  readonly answer: Promise<Insight | null>;
  readonly leave: () => void;
  waiting: number;
}

/** Null for leads that the write model does not have. Over this process's scorer. */
export function createInsights(ports: Pick<WorkerPorts, 'eventStore' | 'scorer' | 'clock' | 'log'>): Insights {
  const asking = new Map<string, Asking>();

  async function load(tenant: TenantId, id: LeadId): Promise<Lead | null> {
    const ref = { tenant, streamId: id };
    const state = fold((await ports.eventStore.loadStreams([ref])).get(streamKey(ref)) ?? []);
    return state && isLead(state) && state.erasedAt === undefined ? state : null;
  }

  /** As the lead's score: whoever asks next need not ask the AI. */
  async function record({ tenant, id, version }: Lead, { score, insight }: Scored, now: string): Promise<void> {
    const command = { type: 'RecordScore' as const, leadId: id, score, insight, basedOnVersion: version };
    // The same version may have a degraded score of the scoring role's: this is another command.
    await sendCommands(ports, 'scoring', [{ tenant, streamId: id, lane: 'hot', command, dedupeKey: `insight:${id}@${version}:${now}` }]);
  }

  async function ask(tenant: TenantId, id: LeadId, signal: AbortSignal): Promise<Insight | null> {
    const lead = await load(tenant, id);
    if (lead === null) return null;
    const now = ports.clock.now().toISOString();
    const scored = await ports.scorer.score(lead, now, signal);
    if (scored.score.source !== 'AI') return null;
    await record(lead, scored, now);
    return scored.insight;
  }

  function begin(key: string, tenant: TenantId, id: LeadId): Asking {
    const nobodyWaits = new AbortController();
    const answer = ask(tenant, id, nobodyWaits.signal).finally(() => void (asking.get(key) === begun && asking.delete(key)));
    // Told to those who wait; there may be none any more.
    answer.catch(() => undefined);
    const begun: Asking = {
      answer,
      waiting: 0,
      leave() {
        begun.waiting -= 1;
        if (begun.waiting > 0) return;
        asking.delete(key);
        nobodyWaits.abort(new Error('nobody waits for it any more'));
      },
    };
    asking.set(key, begun);
    return begun;
  }

  return {
    async insight(tenant, id, signal) {
      signal.throwIfAborted();
      const key = `${tenant}:${id}`;
      const joined = asking.get(key) ?? begin(key, tenant, id);
      joined.waiting += 1;
      const gone = Promise.withResolvers<never>();
      const onGone = (): void => {
        joined.leave();
        gone.reject(signal.reason);
      };
      signal.addEventListener('abort', onGone, { once: true });
      try {
        return await Promise.race([joined.answer, gone.promise]);
      } finally {
        signal.removeEventListener('abort', onGone);
      }
    },
  };
}
