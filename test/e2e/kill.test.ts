/** `npm start` ended in every way there is: what a receipt called accepted is there afterwards, once. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRandom } from '../../scripts/demo/random.ts';
import type { Api } from '../support/api.ts';
import { DEADLINE } from '../support/program.ts';
import { startSystem, type System } from '../support/system.ts';
import { ADD_NOTE, carryOut, CREATE_LEAD, listLeads, readTimeline, type Lead, type Receipt } from './leads.ts';

const SEED = 20_261_123;
const ROUNDS = 8;
const BURST = 24;
/** How long after the answer that it waits for a kill comes: within the handling of what was accepted. */
const KILL_DELAY_MS_MAX = 60;
/** A start takes one to three seconds; a kill within it comes in this time. */
const START_KILL_DELAY_MS_MAX = 1_500;

/** A command as its sender remembers it. */
interface Sent {
  readonly key: string;
  readonly mutation: string;
  readonly input: { readonly email?: string; readonly leadId?: string; readonly text?: string };
  readonly wait: string;
  /** Null: the connection broke before the answer; it may have been taken or not. */
  receipt: Receipt | null;
}

describe(`npm start, killed at random moments (seed ${SEED})`, () => {
  const random = createRandom(SEED);
  const sent: Sent[] = [];
  let system: System;
  let api: Api;

  beforeAll(async () => {
    system = await startSystem('embedded');
    api = await system.api();
  });
  afterAll(() => system?.stop());
  beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(system.logs())));

  const leadsOf = (commands: readonly Sent[]): string[] =>
    commands.flatMap(({ mutation, receipt }) => (mutation === CREATE_LEAD && receipt ? [receipt.leadId] : []));

  /** New leads, and notes on leads that were accepted in earlier rounds. */
  function nextCommand(round: number, index: number): Sent {
    const [key, wait] = [`${round}-${index}`, random.pick(['ACCEPTED', 'ACCEPTED', 'APPLIED', 'VISIBLE'])];
    const [first, ...rest] = leadsOf(sent);
    if (first === undefined || random.chance(0.5)) return { key, wait, mutation: CREATE_LEAD, input: { email: `${key}@example.com` }, receipt: null };
    return { key, wait, mutation: ADD_NOTE, input: { leadId: random.pick([first, ...rest]), text: `note ${key}` }, receipt: null };
  }

  async function send(command: Sent): Promise<void> {
    const { receipt } = await api.data<{ receipt: Receipt }>(command.mutation, { ...command, receipt: undefined });
    command.receipt = receipt;
  }

  /** Sends them all at once and kills after a random number of answers, so that some are in flight. */
  async function burst(commands: readonly Sent[]): Promise<void> {
    const answersMax = random.between(0, commands.length);
    const killDelayMs = random.between(0, KILL_DELAY_MS_MAX);
    let answers = 0;
    let enough: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => (enough = resolve));
    if (answersMax === 0) enough();
    const sending = commands.map((command) =>
      send(command).then(
        () => (++answers === answersMax ? enough() : undefined),
        // The connection breaks with the process: that is what this is about.
        () => undefined,
      ),
    );
    await Promise.race([reached, Promise.all(sending)]);
    // Not a wait for anything: the moment is what is tried.
    await delay(killDelayMs);
    await system.kill('start', 'SIGKILL');
    await Promise.all(sending);
  }

  async function startAgain(): Promise<void> {
    if (random.chance(0.4)) {
      const starting = system.restart().catch((error: unknown) => error);
      await delay(random.between(0, START_KILL_DELAY_MS_MAX));
      await system.kill('start', 'SIGKILL');
      await starting;
    }
    await system.restart();
    api = await system.api({ gateway: random.between(0, 1) });
  }

  it.each(Array.from({ length: ROUNDS }, (_, round) => [round + 1]))('has every accepted command after kill %i', async (round) => {
    const commands = Array.from({ length: BURST }, (_, index) => nextCommand(round, index));
    sent.push(...commands);
    await burst(commands);
    await startAgain();
    // As a client would: what got no answer is sent again with its key. Some give up.
    for (const command of commands) if (command.receipt === null && random.chance(0.5)) await send(command);
    const accepted = sent.flatMap(({ receipt }) => receipt?.id ?? []);
    await vi.waitFor(async () => expect(await statusesOf(accepted)).toEqual(accepted.map(() => 'VISIBLE')), DEADLINE);
  });

  const statusesOf = (ids: readonly string[]): Promise<(string | undefined)[]> =>
    Promise.all(
      ids.map(async (id) => {
        const { command } = await api.data<{ command: { status: string } | null }>('query ($id: ID!) { command(id: $id) { status } }', { id });
        return command?.status;
      }),
    );

  it('has each of them once, and nothing that nobody sent', async () => {
    const leads = await listLeads(api);
    await expectOnce(
      leads.map(({ email }) => email),
      sent.filter(({ mutation }) => mutation === CREATE_LEAD),
      ({ input }) => input.email,
    );
    const notes = await Promise.all(leads.map(notesOf));
    await expectOnce(
      notes.flat(),
      sent.filter(({ mutation }) => mutation === ADD_NOTE),
      ({ input }) => input.text,
    );
    expect(sent.filter(({ receipt }) => receipt === null).length).toBeLessThan(sent.length / 2);
  });

  async function expectOnce(found: readonly unknown[], commands: readonly Sent[], nameOf: (command: Sent) => unknown): Promise<void> {
    expect(new Set(found).size).toBe(found.length);
    expect(commands.map(nameOf)).toEqual(expect.arrayContaining([...found]));
    expect(found).toEqual(expect.arrayContaining(commands.filter(({ receipt }) => receipt !== null).map(nameOf)));
  }

  /** From the audit trail, which must have every version once and begin with the one LeadCreated. */
  async function notesOf({ id }: Lead): Promise<unknown[]> {
    const timeline = await readTimeline(api, id);
    expect(timeline.map(({ version }) => version)).toEqual(timeline.map((_, index) => index + 1));
    expect(timeline.map(({ type }) => type).lastIndexOf('LeadCreated')).toBe(0);
    return timeline.filter(({ type }) => type === 'NoteAdded').map(({ details }) => details['text']);
  }

  it('refuses a second start on the same folder, and says who has it', async () => {
    const second = system.another('start');
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.output()).toMatch(/is in use by process \d+\. Stop it first, or choose another DATA_DIR\./);
    expect(second.output()).not.toMatch(/^\s+at /m);
    await carryOut(api, CREATE_LEAD, { email: 'not-disturbed@example.com' });
  });

  it('stops cleanly by Ctrl-C, with a subscriber listening, and has everything after the next start', async () => {
    const before = await listLeads(api);
    const { viewer } = await api.data<{ viewer: { liveCursor: string } }>('{ viewer { liveCursor } }');
    const listening = api.listen('WebSocket', 'subscription ($after: String) { activity(after: $after) { id } }', { after: viewer.liveCursor });
    const { leadId } = await carryOut(api, CREATE_LEAD, { email: 'last@example.com' });
    await vi.waitFor(() => expect(listening.news().length).toBeGreaterThan(0), DEADLINE);
    await system.kill('start', 'SIGINT');
    expect(await system.program('start').ended).toEqual({ code: 0, signal: null });
    await listening.stop();
    await system.restart();
    api = await system.api();
    const after = await listLeads(api);
    expect(new Set(after.map(({ email }) => email))).toEqual(new Set([...before.map(({ email }) => email), 'last@example.com']));
    expect(after).toHaveLength(before.length + 1);
    expect((await readTimeline(api, leadId)).map(({ type }) => type)).toContain('LeadCreated');
  });

  it('knows idempotency keys from before: the same receipt for the same command, a conflict for another', async () => {
    const [earliest] = sent.filter(({ receipt }) => receipt !== null);
    if (!earliest) throw new Error('nothing was accepted');
    const { data } = await api.ask<{ receipt: Receipt }>(earliest.mutation, { ...earliest, receipt: undefined, wait: 'VISIBLE' });
    expect(data?.receipt).toMatchObject({ id: earliest.receipt?.id, status: 'VISIBLE' });
    const { errors } = await api.ask(earliest.mutation, { key: earliest.key, input: { email: 'somebody-else@example.com' } });
    expect(errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_CONFLICT');
    expect(await listLeads(api, { text: 'somebody-else' })).toEqual([]);
  });
});
