import { describe, expect, it } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import type { ScorerStatus } from '../../../platform/scoring/scorer.ts';
import { forEachBounded } from '../../../workers/kit/for-each-bounded.ts';
import { createOutbox } from '../../../workers/scoring/outbox.ts';
import { outlook } from '../../../workers/scoring/rescore.ts';
import { listTenants } from '../../../workers/kit/tenants.ts';
import { LEAD, TENANT } from '../../support/given.ts';

const command = (dedupeKey: string) => ({
  tenant: TENANT,
  streamId: LEAD,
  lane: 'hot' as const,
  dedupeKey,
  command: { type: 'ScoreLead' as const, leadId: LEAD },
});

describe('bounded work', () => {
  it('does everything, never more at a time than allowed', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await forEachBounded([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      most = Math.max(most, (running += 1));
      await Promise.resolve();
      running -= 1;
      done.push(item);
    });
    expect(new Set(done)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]));
    expect(most).toBe(3);
  });
  it('begins nothing new after an error and lets it out', async () => {
    const begun: number[] = [];
    const work = forEachBounded([1, 2, 3, 4], 1, async (item) => {
      begun.push(item);
      if (item === 2) throw new Error('two');
    });
    await expect(work).rejects.toThrow('two');
    expect(begun).toEqual([1, 2]);
  });
});

describe('the outbox', () => {
  it('sends what is ready at once and what gets ready meanwhile together', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sent: string[][] = [];
    const outbox = createOutbox(async (commands) => {
      sent.push(commands.map(({ dedupeKey }) => dedupeKey));
      await promise;
    });
    outbox.add(command('a'));
    await Promise.resolve();
    await Promise.resolve();
    outbox.add(command('b'));
    outbox.add(command('c'));
    resolve();
    await outbox.flush();
    expect(sent).toEqual([['a'], ['b', 'c']]);
  });
  it('lets out what went wrong', async () => {
    const outbox = createOutbox(() => Promise.reject(new Error('no log')));
    outbox.add(command('a'));
    await expect(outbox.flush()).rejects.toThrow('no log');
  });
});

describe('the outlook for the AI', () => {
  const at = (ms: number) => new Date(ms).toISOString();
  const status = (circuit: ScorerStatus['circuit'], retryAt?: string): ScorerStatus => ({
    name: 'm',
    circuit,
    ...(retryAt === undefined ? {} : { retryAt }),
    calls: { ai: 0, rules: 0, stale: 0, failed: 0 },
  });
  it.each([
    ['READY', status('CLOSED')],
    ['WAIT', status('CLOSED', at(2_000))],
    ['WAIT', status('OPEN', at(2_000))],
    ['DUE', status('OPEN', at(1_000))],
    ['WAIT', status('HALF_OPEN')],
  ])('is %s', (expected, given) => {
    expect(outlook(given, 1_000)).toBe(expected);
  });
});

describe('the tenants', () => {
  it('are found by one small question each', async () => {
    const streams = ['acme', 'acme', 'acme.west', 'zeta'].map((tenant, n) => ({
      tenant: tenantId(tenant),
      streamId: LEAD,
      version: n,
      key: `${tenant}:lead_${n}`,
    }));
    let asked = 0;
    const eventStore = {
      listStreams: async (after: string, limit: number) => {
        asked += 1;
        const [tenant = '', id = ''] = after.split(':');
        return streams
          .filter(
            (stream) =>
              stream.tenant > tenant || (stream.tenant === tenant && stream.key.split(':').at(1) !== undefined && (stream.key.split(':')[1] ?? '') > id),
          )
          .slice(0, limit);
      },
    };
    expect(await listTenants(eventStore, new AbortController().signal)).toEqual(['acme', 'acme.west', 'zeta']);
    expect(asked).toBe(4);
  });
});
