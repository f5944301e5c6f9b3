import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, isLead } from '../../../domain/aggregate.ts';
import { ALERTS_A_DAY, isQuiet } from '../../../domain/lead/alerts.ts';
import type { LeadCommand } from '../../../domain/lead/commands.ts';
import type { Lead } from '../../../domain/lead/lead.ts';
import { stageProblem } from '../../../domain/lead/stages.ts';
import type { RecordedEvent } from '../../../domain/messages.ts';
import { scoreByRules } from '../../../domain/scoring/rules.ts';
import { TIERS, type Tier } from '../../../domain/scoring/score.ts';
import { DAY_MS } from '../../../domain/time.ts';
import { leadIndex } from '../../../domain/views/lead-index.ts';
import { leadTotals } from '../../../domain/views/lead-totals.ts';
import { timelineEntry } from '../../../domain/views/timeline.ts';
import { leadCommands, times } from '../../support/arbitraries/leads.ts';
import { LEAD } from '../../support/given.ts';
import { runCommands, runOne, type Step } from '../../support/run-commands.ts';

/** A life of a lead: it is created first, mostly, and then anything may be asked. */
const lives = fc
  .tuple(fc.array(leadCommands(LEAD), { minLength: 1, maxLength: 60 }), fc.array(times, { minLength: 60, maxLength: 60 }), fc.boolean())
  .map(([commands, at, isCreated]) => {
    const create: LeadCommand = { type: 'CreateLead', leadId: LEAD, lead: { firstName: 'Ada' }, onExisting: 'REJECT' };
    return runCommands(isCreated ? [create, ...commands] : commands, at.sort());
  });
const recordsOf = (steps: readonly Step[]): RecordedEvent[] => steps.flatMap(({ records }) => records);
const leadOf = (state: Step['after']): Lead => {
  if (state === null || !isLead(state)) throw new Error('no lead');
  return state;
};
const leadsOf = (steps: readonly Step[]): Lead[] => steps.flatMap(({ after }) => (after === null ? [] : [leadOf(after)]));
const runs = { numRuns: 300 };

describe('any sequence of commands on a lead', () => {
  it('keeps the invariants', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        for (const lead of leadsOf(steps)) expectSound(lead);
        const { after } = steps.at(-1) ?? { after: null };
        expect(after?.version ?? 0).toBe(recordsOf(steps).length);
      }),
      runs,
    );
  });

  it('takes legal stage steps only', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        let stage = 'NEW';
        for (const { event } of recordsOf(steps)) {
          if (event.type !== 'StageChanged') continue;
          expect(event.from).toBe(stage);
          expect(stageProblem(event.from, event.to)).toBeNull();
          stage = event.to;
        }
      }),
      runs,
    );
  });

  it('raises at most five alerts in any 24 hours and none in quiet hours', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        const alerts: number[] = [];
        for (const { records, before } of steps) {
          for (const { event, at } of records) {
            if (event.type !== 'AlertRaised') continue;
            expect(isQuiet(at, leadOf(before).timeZone)).toBe(false);
            alerts.push(Date.parse(at));
            expect(alerts.filter((ms) => ms > Date.parse(at) - DAY_MS).length).toBeLessThanOrEqual(ALERTS_A_DAY);
          }
        }
      }),
      runs,
    );
  });

  it('replays to the lead that it made live, from its JSON as well', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        const records = recordsOf(steps);
        const live = steps.at(-1)?.after ?? null;
        expect(fold(records)).toEqual(live);
        expect(fold(JSON.parse(JSON.stringify(records)) as RecordedEvent[])).toEqual(live);
      }),
      runs,
    );
  });

  it('can be continued from any point of its replay', () => {
    fc.assert(
      fc.property(lives, fc.nat(), (steps, cut) => {
        const records = recordsOf(steps);
        const middle = records.length === 0 ? 0 : cut % records.length;
        expect(fold(records.slice(middle), fold(records.slice(0, middle)))).toEqual(fold(records));
      }),
      runs,
    );
  });

  it('decides the same again, and changes nothing where the asking is by nature for a state', () => {
    const forAState = new Set([
      'UpdateLead',
      'ChangeStage',
      'AssignLead',
      'AddTag',
      'RemoveTag',
      'CompleteFollowUp',
      'RecordScore',
      'RecordMatches',
      'EraseLead',
    ]);
    fc.assert(
      fc.property(lives, (steps) => {
        for (const [i, { command, at, before, decision, after }] of steps.entries()) {
          expect(runOne(before, command, i + 1, at).decision).toEqual(decision);
          if (decision.outcome !== 'APPLIED' || !forAState.has(command.type)) continue;
          expect(runOne(after, command, i + 1, at).decision).toEqual({ outcome: 'APPLIED', events: [] });
        }
      }),
      runs,
    );
  });

  it('leaves nothing of the person once it was erased, however it is replayed', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        const before = leadsOf(steps).at(-1);
        if (before === undefined || before.erasedAt !== undefined) return;
        const step = runOne(before, { type: 'EraseLead', leadId: LEAD }, 999, '2026-03-14T00:00:00.000Z');
        const left = recordsOf(steps).map((recorded) => ({ ...recorded, event: { type: 'Redacted' as const, of: recorded.event.type } }));
        expect(fold([...left, ...step.records])).toEqual(step.after);
        expect(leadIndex(leadOf(step.after))).toBeNull();
        expect(leadOf(step.after)).toMatchObject({ createdAt: before.createdAt, stage: before.stage, source: before.source });
      }),
      runs,
    );
  });
});

describe('any lead', () => {
  it('has an index without repeats, a readable timeline, and a score from 0 to 100', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        for (const recorded of recordsOf(steps)) expect(timelineEntry(recorded).summary).not.toBe('');
        for (const lead of leadsOf(steps).slice(-3)) {
          const index = leadIndex(lead);
          expect(index === null).toBe(lead.erasedAt !== undefined);
          expect(new Set(index?.facets).size).toBe(index?.facets.length ?? 0);
          expect(new Set(index?.words).size).toBe(index?.words.length ?? 0);
          const { score, raw } = scoreByRules(lead, lead.updatedAt);
          expect(raw).toBeGreaterThanOrEqual(0);
          expect(raw).toBeLessThanOrEqual(1);
          expect(score.value).toBeGreaterThanOrEqual(0);
          expect(score.value).toBeLessThanOrEqual(100);
          expect(score.confidence).toBeGreaterThanOrEqual(0.3);
          expect(score.confidence).toBeLessThanOrEqual(0.95);
        }
      }),
      runs,
    );
  });
});

/** What its days say of a tier comes to what the lead is now. */
const netOf = ({ tierDays = [] }: Lead, tier: Tier): number => tierDays.reduce((net, { from, to }) => net + (to === tier ? 1 : 0) - (from === tier ? 1 : 0), 0);

function expectSound(lead: Lead): void {
  const counts = Object.values(lead.engagement).filter((value) => typeof value === 'number');
  expect(counts.every((count) => Number.isFinite(count) && count >= 0)).toBe(true);
  expect(new Set(lead.tags.map((tag) => tag.toLowerCase())).size).toBe(lead.tags.length);
  expect(new Set(lead.tasks.map(({ id }) => id)).size).toBe(lead.tasks.length);
  expect(lead.score === undefined || (lead.score.value >= 0 && lead.score.value <= 100)).toBe(true);
  expect(lead.scoredVersion ?? 0).toBeLessThanOrEqual(lead.version);
  expect(lead.preferences.budgetMinMinor ?? 0).toBeLessThanOrEqual(lead.preferences.budgetMaxMinor ?? Number.POSITIVE_INFINITY);
  const { savedPropertyIds: saved, passedPropertyIds: passed } = lead.engagement;
  expect(saved.some((id) => passed.includes(id))).toBe(false);
  expect(lead.matches.some(({ propertyId }) => passed.includes(propertyId))).toBe(false);
  expect(lead.responseDueAt === undefined || (lead.respondedAt === undefined && lead.awaitingSince !== undefined)).toBe(true);
  for (const tier of TIERS) expect(netOf(lead, tier)).toBe(lead.score?.tier === tier ? 1 : 0);
  expect(Object.values(leadTotals(lead)).every((count) => Number.isSafeInteger(count) && count !== 0)).toBe(true);
  expect(lead.email === undefined || lead.email === lead.email.trim().toLowerCase()).toBe(true);
}
