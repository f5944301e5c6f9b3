/** From leads that ask for a score to RecordScore commands. */
import { LRUCache } from 'lru-cache';
import { fold, isLead } from '../../domain/aggregate.ts';
import { laneOf } from '../../domain/lanes.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import { LANES, type Lane } from '../../domain/messages.ts';
import { streamKey } from '../../platform/event-store/event-store.ts';
import type { Scored } from '../../platform/scoring/scorer.ts';
import type { WorkerPorts } from '../kit/role.ts';
import { sendCommands, type WorkerCommand } from '../kit/send-commands.ts';
import { forEachBounded } from '../kit/for-each-bounded.ts';
import { createOutbox } from './outbox.ts';
import type { LeadToScore } from './triggers.ts';

/** Calls to the scorer at a time, for each lane. */
const CONCURRENCY_MAX = 4;
/** Scores that were sent and may not be applied yet. */
const SENT_MAX = 20_000;

export interface LeadScoring {
  /** Scores those of the leads that need it; resolves once every score is in the log. */
  score(leads: readonly LeadToScore[], signal: AbortSignal): Promise<void>;
  facts(): Readonly<Record<string, number>>;
}

/** False where the lead is gone or a score from this or newer knowledge stands already. */
const needsScore = (lead: Lead, askedByVersion: number): boolean => lead.erasedAt === undefined && (lead.scoredVersion ?? 0) < askedByVersion;

/** A score travels in the lane of its cause, or a faster one where the new score says so: who became hot in a bulk import is told of at once. */
const fasterLane = (a: Lane, b: Lane): Lane => (LANES.indexOf(a) < LANES.indexOf(b) ? a : b);

export function recordScore(lead: Lead, { score, insight }: Scored, asked: LeadToScore): WorkerCommand {
  const { tenant, id, version } = lead;
  return {
    tenant,
    streamId: id,
    lane: fasterLane(asked.lane, laneOf(score.tier)),
    command: { type: 'RecordScore', leadId: id, score, insight, basedOnVersion: version },
    dedupeKey: `score:${id}@${version}`,
    trace: asked.trace,
  };
}

export function createLeadScoring(ports: WorkerPorts): LeadScoring {
  const { eventStore, scorer, clock } = ports;
  const totals = { scored_total: 0, skipped_total: 0, input_tokens_total: 0, output_tokens_total: 0 };
  const sent = new LRUCache<string, number>({ max: SENT_MAX });

  /** The events that ask can outrun the command that answers: what was answered a moment ago is not asked of the AI again. */
  const isNew = (lead: LeadToScore): boolean => (sent.get(streamKey(lead)) ?? 0) < lead.version;

  async function load(leads: readonly LeadToScore[]): Promise<{ lead: Lead; asked: LeadToScore }[]> {
    const streams = await eventStore.loadStreams(leads);
    return leads.flatMap((asked) => {
      const lead = fold(streams.get(streamKey(asked)) ?? []);
      return lead && isLead(lead) && needsScore(lead, asked.version) ? [{ lead, asked }] : [];
    });
  }

  return {
    async score(leads, signal) {
      const fresh = leads.filter(isNew);
      const due = fresh.length > 0 ? await load(fresh) : [];
      totals.skipped_total += leads.length - due.length;
      const outbox = createOutbox((commands) => sendCommands(ports, 'scoring', commands));
      try {
        await forEachBounded(due, CONCURRENCY_MAX, async ({ lead, asked }) => {
          const scored = await scorer.score(lead, clock.now().toISOString(), signal);
          outbox.add(recordScore(lead, scored, asked));
          totals.scored_total += 1;
          totals.input_tokens_total += scored.usage?.inputTokens ?? 0;
          totals.output_tokens_total += scored.usage?.outputTokens ?? 0;
        });
      } finally {
        await outbox.flush();
      }
      for (const { lead, asked } of due) sent.set(streamKey(asked), lead.version);
    },
    facts: () => ({ ...totals }),
  };
}
