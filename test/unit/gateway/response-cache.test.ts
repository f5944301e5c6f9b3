import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { makeId, tenantId } from '../../../domain/ids.ts';
import { createAttempts } from '../../../gateway/attempts.ts';
import { createDocuments } from '../../../gateway/direct/documents.ts';
import { createBehind } from '../../../gateway/response-cache/behind.ts';
import { noteParts, partsOf } from '../../../gateway/response-cache/parts.ts';
import { createWorth } from '../../../gateway/response-cache/worth.ts';
import { createChanges } from '../../../platform/cache/changes.ts';
import type { ListQuery } from '../../../platform/read-models/read-models.ts';
import type { Identity } from '../../../resolvers/context.ts';
import { createReads } from '../../../resolvers/reads.ts';
import { schema } from '../../../schema/schema.ts';

const ACME = tenantId('acme');
const ADA = makeId('lead', 'ada');
const LIST: ListQuery = { tenant: ACME, kind: 'lead', order: 'SCORE', direction: 'DESC', facets: [], where: [], words: [], first: 5 };
const news = (version: number) => ({ tenant: ACME, kind: 'lead', id: ADA, version, at: '', events: [], cursor: '' }) as const;
const setup = () => {
  const changes = createChanges();
  return { changes, reads: createReads(changes, ACME) };
};

describe('what an answer is made of', () => {
  test('is every view in the version it was read in, every list and all entries', () => {
    const { changes, reads } = setup();
    reads.view('lead', ADA);
    reads.found('lead', ADA, 4);
    reads.view('agent', 'agent_none');
    reads.missing('agent', 'agent_none');
    reads.list(LIST);
    reads.page(LIST, 'e1');
    const entries = { collection: 'timeline', id: ADA, first: 2, found: [3, 1] } as const;
    reads.entries(entries);
    expect(partsOf(reads, changes, ACME)).toEqual({
      views: [
        { kind: 'lead', id: ADA, version: 4 },
        { kind: 'agent', id: 'agent_none', version: null },
      ],
      lists: [{ query: LIST, edition: 'e1' }],
      entries: [entries],
    });
  });

  test('has the known version of a view that was found in memory, unless it has moved since', () => {
    const { changes, reads } = setup();
    changes.saw({ tenant: ACME, kind: 'lead', id: ADA }, 4);
    reads.view('lead', ADA);
    expect(partsOf(reads, changes, ACME)?.views).toEqual([{ kind: 'lead', id: ADA, version: 4 }]);
    changes.heard(news(5));
    expect(partsOf(reads, changes, ACME)).toBeNull();
  });

  test('cannot be told where a view may have been found in memory first and read anew then', () => {
    const { changes, reads } = setup();
    changes.saw({ tenant: ACME, kind: 'lead', id: ADA }, 4);
    reads.view('lead', ADA);
    reads.until(1_000);
    reads.found('lead', ADA, 5);
    expect(partsOf(reads, changes, ACME)).toBeNull();
  });

  test('is the older one of two versions, which no store has any more', () => {
    const { changes, reads } = setup();
    reads.view('lead', ADA);
    reads.found('lead', ADA, 4);
    reads.found('lead', ADA, 5);
    expect(partsOf(reads, changes, ACME)?.views).toEqual([{ kind: 'lead', id: ADA, version: 4 }]);
  });

  test.each([
    ['the person who asks', (reads: ReturnType<typeof createReads>) => reads.never()],
    ['a list of which nobody knows its edition', (reads: ReturnType<typeof createReads>) => (reads.list(LIST), reads.page(LIST, undefined))],
    ['a list whose page was never read', (reads: ReturnType<typeof createReads>) => reads.list(LIST)],
    ['too many views', (reads: ReturnType<typeof createReads>) => Array.from({ length: 600 }, (_, n) => reads.view('lead', `lead_${n}`))],
  ])('cannot be told with %s', (_what, note) => {
    const { changes, reads } = setup();
    note(reads);
    expect(partsOf(reads, changes, ACME)).toBeNull();
  });
});

describe('an answer that another gateway made', () => {
  const parts = { views: [{ kind: 'lead', id: ADA, version: 4 }], lists: [], entries: [] } as const;

  test('is noted as if it had been read here', () => {
    const { changes, reads } = setup();
    expect(noteParts(parts, reads, changes, ACME, () => 0)).toBe(true);
    expect(reads.isKeepable).toBe(true);
    changes.heard(news(5));
    expect(changes.epochs.hasMoved(reads.tags, reads.since)).toBe(true);
  });

  test('is nobody’s here where a newer version is known, or was served', () => {
    const { changes, reads } = setup();
    expect(noteParts(parts, reads, changes, ACME, () => 5)).toBe(false);
    changes.heard(news(5));
    expect(noteParts(parts, reads, changes, ACME, () => 0)).toBe(false);
    expect(noteParts({ ...parts, views: [{ kind: 'lead', id: ADA, version: null }] }, reads, changes, ACME, () => 0)).toBe(false);
    expect(reads.tags.size).toBe(0);
  });

  test('with a list is kept by nobody where anything changed meanwhile: it may have been that list', () => {
    const { changes, reads } = setup();
    const later = createReads(changes, ACME);
    const withList = { ...parts, lists: [{ query: LIST, edition: 'e1' }] };
    expect(noteParts(withList, later, changes, ACME, () => 0)).toBe(true);
    expect(later.isKeepable).toBe(true);
    changes.heard({ ...news(1), id: 'lead_other' });
    expect(noteParts(withList, reads, changes, ACME, () => 0)).toBe(true);
    expect(reads.isKeepable).toBe(false);
  });
});

describe('an operation that GraphQL itself answers', () => {
  const documents = createDocuments({ schema, parse, validate: (document) => validate(schema, document) });
  const attempts = createAttempts(documents, createChanges());
  const identity: Identity = { tenant: ACME, subject: 'ann', roles: ['AGENT'], expiresAtMs: Infinity };
  const query = `query ($id: ID!) { node(id: $id) { id } }`;
  const params = { query, variables: { id: ADA } };

  test('may be shared by those who ask the same with the same authority', () => {
    expect(attempts({ identity, params })).toMatchObject({ authority: 'TENANT', document: query });
    expect(attempts({ identity, params: { ...params, operationName: null } })?.text).toBe(attempts({ identity, params })?.text);
    expect(attempts({ identity, params: { query } })?.text).not.toBe(attempts({ identity, params })?.text);
  });

  test.each([
    ['with a consistency token', { consistencyToken: 'a', params }],
    ['that depends on what nobody marked', { params: { query: '{ node(id: "a") { id } viewer { id } }' } }],
    ['that changes something', { params: { query: 'mutation { addTag(input: { leadId: "lead_1", tag: "a" }) { id } }' } }],
    ['that is not valid', { params: { query: '{ shoeSize }' } }],
    ['that is longer than any habit', { params: { query: `{ node(id: "a") { id } } #${'x'.repeat(100_000)}` } }],
    ['that asks nothing', {}],
  ])('is shared by nobody %s', (_what, asked) => {
    expect(attempts({ identity, ...asked })).toBeUndefined();
  });
});

describe('a document', () => {
  test('is worth a question until an answer to it took next to nothing, and again when one took more', () => {
    const worth = createWorth();
    expect(worth.isWorth('d')).toBe(true);
    expect([worth.learn('d', { requests: 0, views: 0 }), worth.isWorth('d')]).toEqual([false, false]);
    expect([worth.learn('d', { requests: 1, views: 2 }), worth.isWorth('d')]).toEqual([false, false]);
    expect([worth.learn('d', { requests: 1, views: 20 }), worth.isWorth('d')]).toEqual([true, true]);
    expect([worth.learn('d', { requests: 2, views: 0 }), worth.isWorth('d')]).toEqual([true, true]);
  });

  test('that was asked for in vain too often is asked for now and then, until it is found', () => {
    const worth = createWorth();
    for (let n = 0; n < 8; n += 1) worth.asked('d', false);
    const asked = (): number => Array.from({ length: 80 }, () => worth.isWorth('d')).filter(Boolean).length;
    expect(asked()).toBe(10);
    worth.asked('d', true);
    expect(asked()).toBe(80);
  });
});

describe('work behind an answer', () => {
  test('is bounded, told to the platform, and waited for by who stops', async () => {
    const errors: unknown[] = [];
    const behind = createBehind({ max: 2, onError: (error) => errors.push(error) });
    const gate = Promise.withResolvers<void>();
    const told: unknown[] = [];
    let done = 0;
    const work = async (): Promise<void> => {
      await gate.promise;
      done += 1;
    };
    expect([behind.run(work, (promise) => told.push(promise)), behind.run(work, undefined), behind.run(work, undefined)]).toEqual([true, true, false]);
    expect([told.length, done]).toEqual([1, 0]);
    gate.resolve();
    await behind.idle();
    expect(done).toBe(2);
    expect(behind.run(() => Promise.reject(new Error('lost')), undefined)).toBe(true);
    await behind.idle();
    expect(String(errors[0])).toContain('lost');
  });
});
