import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { append, note, write } from '../../contract/event-store-kit.ts';
import { startProgram, type Program } from '../../support/program.ts';
import { describeWithServices } from '../../support/services.ts';
import { ACME, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';
import { committedIds, firstAppearances, relayedCount } from './relay-kit.ts';

/** The lease's time in a real process: its sign of life is that long before the lease's end. */
const TTL_MS = 3_500;
const PROMISED_MS = 5_000;
const LEAD = leadId('a');

interface Sign {
  readonly holder: string;
  /** The last sign of life, by the database's clock. */
  readonly atMs: number;
}

describeWithServices('relays as processes', ['postgres', 'bridge'], ({ postgres, bridge }) => {
  let kit: WorkerKit;
  let programs: Program[] = [];
  let version = 0;
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
    version = 0;
  });
  afterEach(async () => {
    for (const program of programs) program.kill('SIGKILL');
    await Promise.all(programs.map(({ ended }) => ended));
    programs = [];
    await kit.stop();
  });

  async function startRelay(): Promise<Program> {
    const env = { DATABASE_URL: kit.database.url, UPSTASH_REDIS_REST_URL: bridge.url, UPSTASH_REDIS_REST_TOKEN: bridge.token, WORKER_PORT: '0' };
    const program = startProgram({ name: 'relay', args: ['workers/main.ts', '--roles=relay'], env });
    programs.push(program);
    await program.until(/"msg":"ready: /);
    return program;
  }
  async function sign(): Promise<Sign | undefined> {
    const [row] = await kit.database.sql<{ holder: string; ends_ms: number }[]>`
      select holder, (extract(epoch from expires_at) * 1000)::float8 as ends_ms from leases where name = 'relay'`;
    return row && { holder: row.holder, atMs: row.ends_ms - TTL_MS };
  }
  const untilLed = async (): Promise<Sign> => {
    let found: Sign | undefined;
    await vi.waitUntil(async () => (found = await sign()) !== undefined, WAIT);
    return found as Sign;
  };
  /** How long after the last sign of life of `holder` another one gave its first. */
  async function takeOverMs(holder: string): Promise<number> {
    let lastMs = Number.NaN;
    const first = await vi.waitUntil(async () => {
      const seen = await sign();
      if (seen?.holder !== holder) return seen;
      lastMs = seen.atMs;
      return undefined;
    }, WAIT);
    return first.atMs - lastMs;
  }
  const happens = async (): Promise<void> => {
    await write(kit.ports.eventStore, append(ACME, LEAD, version, note('x'), note('y')));
    version += 2;
  };
  const untilAllRelayed = () => vi.waitUntil(async () => (await relayedCount(kit)) === version, WAIT);
  const expectOrder = async (): Promise<void> => expect([...(await firstAppearances(kit, 'hot')).values()].flat()).toEqual((await committedIds(kit)).hot);

  it('take over within five seconds of the last sign of life of one that was killed', async () => {
    const killed = await startRelay();
    const { holder } = await untilLed();
    await startRelay();
    await happens();
    await untilAllRelayed();
    const taken = takeOverMs(holder);
    killed.kill('SIGKILL');
    await happens();
    expect(await taken).toBeLessThan(PROMISED_MS);
    await untilAllRelayed();
    await expectOrder();
  });

  it('take over from one that was stopped, which does no harm when it goes on, and can lead again', async () => {
    const stopped = await startRelay();
    const { holder } = await untilLed();
    const second = await startRelay();
    await happens();
    await untilAllRelayed();
    const taken = takeOverMs(holder);
    stopped.kill('SIGSTOP');
    await happens();
    expect(await taken).toBeLessThan(PROMISED_MS);
    await untilAllRelayed();
    stopped.kill('SIGCONT');
    await happens();
    await untilAllRelayed();
    await second.stop();
    await vi.waitUntil(async () => (await sign())?.holder === holder, WAIT);
    await happens();
    await untilAllRelayed();
    await expectOrder();
    await stopped.stop();
  });
});
