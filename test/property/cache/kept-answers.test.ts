/**
 * Reads, changes, their news in any order and late, a bus that is lost and comes back with or without what was said meanwhile, answers that are shared
 * and answers that are kept: whatever happens when, no version that somebody was answered goes back for whoever asks after that.
 * More of them: `INTERLEAVINGS=1000000 npx vitest run --project property test/property/cache`.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import { createChanges, type Changes } from '../../../platform/cache/changes.ts';
import type { Identity } from '../../../resolvers/context.ts';
import { createReads } from '../../../resolvers/reads.ts';
import { createByteCache, type ByteCache } from '../../../gateway/byte-cache/byte-cache.ts';
import { createCachedGraphql } from '../../../gateway/byte-cache/cached-graphql.ts';

const ACME = tenantId('acme');
const ANN: Identity = { tenant: ACME, subject: 'ann', roles: ['AGENT'], expiresAtMs: Infinity };
const LEADS = ['lead_a', 'lead_b'] as const;
type LeadId = (typeof LEADS)[number];
type Versions = Record<LeadId, number>;

type Step =
  | { readonly kind: 'read'; readonly leads: readonly LeadId[] }
  | { readonly kind: 'change'; readonly lead: LeadId }
  | { readonly kind: 'lose'; readonly forgets: boolean };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const), leads: fc.subarray([...LEADS], { minLength: 1 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('change' as const), lead: fc.constantFrom(...LEADS) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), forgets: fc.boolean() }) },
);

/** The read models, the live bus between them and one gateway, and that gateway's cache. */
function createWorld(scheduler: fc.Scheduler, breakIt: (changes: Changes) => Changes = (changes) => changes) {
  const stored: Versions = { lead_a: 1, lead_b: 1 };
  const answered: Versions = { lead_a: 0, lead_b: 0 };
  const changes = breakIt(createChanges({ movesMax: 100, listsMax: 100, versionsMax: 100 }));
  const cache: ByteCache = createByteCache({ epochs: changes.epochs, nowMs: () => 0 });
  let isUp = true;
  let unheard: (() => void)[] = [];
  const cached = createCachedGraphql({
    cache,
    changes,
    isTrusted: () => isUp,
    questionOf: (body) => ({ text: body, authority: 'TENANT' }),
    verifier: { verify: () => Promise.reject(new Error('nobody asks')) },
    async execute(_request, { attempt, bodyText = '' }) {
      const leads = bodyText.split(' ') as LeadId[];
      // As every request does, kept or not.
      const reads = attempt?.reads ?? createReads(changes, ACME);
      const found: Partial<Versions> = {};
      for (const lead of leads) {
        reads.view('lead', lead);
        await scheduler.schedule(Promise.resolve(), `request for ${lead} arrives`);
        found[lead] = stored[lead];
        await scheduler.schedule(Promise.resolve(), `answer for ${lead} arrives`);
        reads.found('lead', lead, found[lead]);
      }
      if (attempt) attempt.succeeded = true;
      return new Response(JSON.stringify(found));
    },
  });
  const steps = {
    async read(leads: readonly LeadId[]): Promise<void> {
      const floor = { ...answered };
      const body = leads.join(' ');
      const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
      const request = new Request('http://gateway/graphql', { method: 'POST', headers, body });
      const answer = (await (await cached.answer(request, { requestId: 'r', identity: ANN, bodyText: body })).json()) as Partial<Versions>;
      for (const lead of leads) {
        expect(answer[lead], `${lead} went back`).toBeGreaterThanOrEqual(floor[lead]);
        answered[lead] = Math.max(answered[lead], answer[lead] ?? 0);
      }
    },
    async change(lead: LeadId): Promise<void> {
      stored[lead] += 1;
      const message = { tenant: ACME, kind: 'lead', id: lead, version: stored[lead], at: '', events: [], cursor: '' } as const;
      await scheduler.schedule(Promise.resolve(), `news of ${lead}`);
      if (isUp) changes.heard(message);
      else unheard.push(() => changes.heard(message));
    },
    async lose(forgets: boolean): Promise<void> {
      isUp = false;
      await scheduler.schedule(Promise.resolve(), 'the bus comes back');
      if (forgets) changes.missed(ACME);
      else for (const hear of unheard) hear();
      unheard = [];
      isUp = true;
    },
  };
  return (what: Step): Promise<void> => {
    if (what.kind === 'read') return steps.read(what.leads);
    return what.kind === 'change' ? steps.change(what.lead) : steps.lose(what.forgets);
  };
}

const property = (breakIt?: (changes: Changes) => Changes) =>
  fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 3, maxLength: 12 }), async (scheduler, steps) => {
    const take = createWorld(scheduler, breakIt);
    const running = steps.map(async (what, at) => {
      await scheduler.schedule(Promise.resolve(), `step ${at}`);
      await take(what);
    });
    await scheduler.waitFor(Promise.all(running));
  });

const RUNS = Number(process.env['INTERLEAVINGS'] ?? 100_000);

test('no version goes back, whatever comes between a read and its answer', async () => {
  const found = await fc.check(property(), { numRuns: RUNS });
  expect(found.failed ? fc.defaultReportMessage(found) : 'holds').toBe('holds');
}, 1_200_000);

test('which is found where nothing fences off what was read before a change', async () => {
  const fenceless = (changes: Changes): Changes => ({ ...changes, saw: () => true, epochs: { ...changes.epochs, hasMoved: () => false } });
  const { failed } = await fc.check(property(fenceless), { numRuns: 3_000 });
  expect(failed).toBe(true);
}, 120_000);

test('and where nobody looks at the versions that reads bring along', async () => {
  const blind = (changes: Changes): Changes => ({ ...changes, saw: () => true });
  const { failed } = await fc.check(property(blind), { numRuns: 30_000 });
  expect(failed).toBe(true);
}, 120_000);
