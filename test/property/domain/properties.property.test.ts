import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from '../../../domain/aggregate.ts';
import type { RecordedEvent } from '../../../domain/messages.ts';
import { bestMatches, matchProperty, OFFERED_FROM } from '../../../domain/matching/match.ts';
import { propertyIndex } from '../../../domain/views/property-index.ts';
import { interactions, patches } from '../../support/arbitraries/leads.ts';
import { listings, properties, propertyCommands } from '../../support/arbitraries/properties.ts';
import { LEAD, NOW, PROPERTY } from '../../support/given.ts';
import { runCommands } from '../../support/run-commands.ts';
import type { LeadCommand } from '../../../domain/lead/commands.ts';
import { isLead } from '../../../domain/aggregate.ts';

const leads = fc.tuple(patches, fc.array(interactions, { maxLength: 10 })).map(([lead, done]) => {
  const create: LeadCommand = {
    type: 'CreateLead',
    leadId: LEAD,
    lead: { ...lead, firstName: 'Ada', email: undefined, phone: undefined },
    onExisting: 'REJECT',
  };
  const records = done.map((interaction): LeadCommand => ({ type: 'RecordInteraction', leadId: LEAD, interaction }));
  return runCommands([create, ...records], ['2026-03-15T00:00:00.000Z']).at(-1)?.after ?? null;
});

describe('any sequence of commands on a property', () => {
  it('replays to what it made live, and a listing that is told again changes nothing', () => {
    fc.assert(
      fc.property(fc.array(propertyCommands(PROPERTY), { maxLength: 20 }), (commands) => {
        const steps = runCommands(commands, [NOW]);
        const records = steps.flatMap((step) => step.records);
        const live = steps.at(-1)?.after ?? null;
        expect(fold(JSON.parse(JSON.stringify(records)) as RecordedEvent[])).toEqual(live);
        expect(live?.version ?? 0).toBe(records.length);
        const last = commands.slice(-1);
        expect(
          live === null
            ? []
            : runCommands([...commands, ...last], [NOW])
                .slice(commands.length)
                .flatMap((step) => step.records),
        ).toEqual([]);
      }),
    );
  });
  it('has an index without repeats', () => {
    fc.assert(
      fc.property(properties, (property) => {
        const { facets, words } = propertyIndex(property);
        expect([new Set(facets).size, new Set(words).size]).toEqual([facets.length, words.length]);
      }),
    );
  });
});

describe('the matches of any lead', () => {
  it('are what matching one by one gives: from 60, best first, none that is never offered', () => {
    fc.assert(
      fc.property(leads, fc.uniqueArray(properties, { selector: ({ id }) => id, maxLength: 12 }), (lead, homes) => {
        if (lead === null || !isLead(lead)) return;
        const one = homes.map((home) => matchProperty(lead, home, NOW)).filter((match) => match !== null);
        const expected = one.filter(({ score }) => score >= OFFERED_FROM).sort((a, b) => b.score - a.score || (a.propertyId < b.propertyId ? -1 : 1));
        expect(bestMatches(lead, homes, NOW)).toEqual(expected.slice(0, 20));
        for (const { score, confidence } of one) {
          expect(score >= 0 && score <= 100 && confidence >= 0 && confidence <= 1).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
  it('never get better by a higher price', () => {
    fc.assert(
      fc.property(leads, properties, fc.nat(30_000_000), (lead, home, more) => {
        if (lead === null || !isLead(lead)) return;
        const cheap = matchProperty(lead, home, NOW);
        const dear = matchProperty(lead, { ...home, priceMinor: home.priceMinor + more }, NOW);
        expect(dear?.score ?? 0).toBeLessThanOrEqual(cheap?.score ?? 0);
      }),
    );
  });
  it('come from listings that are accepted as they are', () => {
    fc.assert(
      fc.property(listings, (details) => {
        expect(runCommands([{ type: 'UpsertProperty', propertyId: PROPERTY, details }], [NOW])[0]?.decision).toEqual({
          outcome: 'APPLIED',
          events: [{ type: 'PropertyListed', details }],
        });
      }),
    );
  });
});
