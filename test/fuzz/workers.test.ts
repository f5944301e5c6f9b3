/** Command handler, relay and projector on real PostgreSQL, with hostile records between good ones. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fold } from '../../domain/aggregate.ts';
import { makeId, type StreamId, type TenantId } from '../../domain/ids.ts';
import type { CommandEnvelope } from '../../domain/messages.ts';
import type { LogRecord } from '../../platform/log/log.ts';
import { commandTopic, eventTopic, recordKey } from '../../platform/log/topics.ts';
import { decodeCommand, decodeEvent } from '../../platform/messages/decode.ts';
import { encodeCommand } from '../../platform/messages/encode.ts';
import { viewPut } from '../../platform/read-models/view-put.ts';
import { commandHandlerRole } from '../../workers/command-handler/role.ts';
import { projectorRole } from '../../workers/projector/role.ts';
import { createRelayRole } from '../../workers/relay/role.ts';
import { describeWithServices } from '../support/services.ts';
import { created } from '../support/facts.ts';
import { record } from '../support/given.ts';
import { ACME, addNote, commandOf, createLead, startWorkerKit, type WorkerKit } from '../support/worker-kit.ts';
import eventFixtures from './fixtures/events.json' with { type: 'json' };
import { hostileCommandTexts, hostileEventTexts, VICTIMS } from './kit/envelopes.ts';
import { inputsFor, SEED, tell } from './kit/plan.ts';

const WAIT = { timeout: 240_000, interval: 50 };
/** A good lead with two commands beside each of so many hostile records. */
const HOSTILE_PER_GOOD = 20;
const APPEND = 500;

function orNull<T>(decode: (text: string) => T, text: string): T | null {
  try {
    return decode(text);
  } catch {
    return null;
  }
}

describeWithServices('the workers among hostile records', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  beforeAll(async () => {
    kit = await startWorkerKit(postgres.url);
  });
  afterAll(() => kit.stop());

  async function append(records: readonly LogRecord[]): Promise<void> {
    for (let at = 0; at < records.length; at += APPEND) await kit.ports.log.append(records.slice(at, at + APPEND));
  }
  const drained = (role: string, topic: string) => vi.waitUntil(() => kit.drained(`${role}.hot`, topic), WAIT);
  /** What the dead letters are about: the letters of a lead that the hostile ones erased hold no content any more, but where it stood. */
  const deadValues = async () => {
    const rows = await kit.database.sql<{ value: string | null }[]>`
      select coalesce(d.value, r.value) as value from dead_letters d
      left join log_records r on r.topic = d.topic and r.partition = d.partition and r."offset"::text = d."offset"`;
    return new Set(rows.map(({ value }) => value));
  };
  /** Commands on leads that never were wait a moment for them. */
  const nobodyParked = async () => (await kit.database.sql`select 1 from parked_commands limit 1`).length === 0;
  interface Stream {
    readonly tenant: TenantId;
    readonly id: StreamId;
    readonly count: number;
    readonly last: number;
  }
  const streams = () => kit.database.sql<Stream[]>`
    select tenant, stream_id as id, count(*)::int as count, max(version)::int as last from events group by tenant, stream_id`;

  it('apply every good command once, put every bad one aside or reject it, and apply none by half', async () => {
    const numRuns = inputsFor('the command handler');
    const hostile = fc.sample(hostileCommandTexts, { numRuns, seed: SEED });
    const good: CommandEnvelope[] = [];
    const topic = commandTopic('hot');
    const victims = VICTIMS.map((id) => commandOf(createLead(id)));
    const toRecord = (envelope: CommandEnvelope): LogRecord => ({ topic, key: recordKey(ACME, envelope.streamId), value: encodeCommand(envelope) });
    const records = hostile.flatMap((value, at): LogRecord[] => {
      const abuse: LogRecord = { topic, key: recordKey(ACME, victims[at % victims.length]?.streamId ?? makeId('lead', 'nobody')), value };
      if (at % HOSTILE_PER_GOOD !== 0) return [abuse];
      const lead = makeId('lead', `good${at}`);
      const pair = [commandOf(createLead(lead)), commandOf(addNote(lead, 'once'))];
      good.push(...pair);
      return [abuse, ...pair.map(toRecord)];
    });
    await append([...victims.map(toRecord), ...records]);
    const handler = await kit.start(commandHandlerRole);
    await drained('command-handler', topic);
    await vi.waitUntil(nobodyParked, WAIT);
    await handler.stop();

    for (const envelope of good) expect(await kit.outcome(envelope)).toMatchObject({ status: 'APPLIED' });
    for (const { streamId } of good) expect((await kit.events(streamId)).map(({ event }) => event.type)).toEqual(['LeadCreated', 'NoteAdded']);

    const dead = await deadValues();
    const statuses = new Map<string, number>();
    for (const text of hostile) {
      const envelope = orNull(decodeCommand, text);
      const outcome = envelope && (await kit.outcome(envelope));
      const status = envelope === null ? 'unreadable' : (outcome?.status ?? 'LOST');
      const told = `${status}${outcome?.error ? ` ${outcome.error.code}` : ''}`;
      statuses.set(told, (statuses.get(told) ?? 0) + 1);
      const isDead = dead.has(text);
      if (status === 'LOST' || ((status === 'unreadable' || status === 'DEAD_LETTERED') && !isDead)) throw new Error(`${status}: ${text.slice(0, 2_000)}`);
    }
    tell('the command handler', numRuns, JSON.stringify(Object.fromEntries(statuses)));
    await expectSoundStreams();
  });

  /** Contiguous versions, a state that folds, and an outcome for each command that made an event. */
  async function expectSoundStreams(): Promise<void> {
    for (const { tenant, id, count, last } of await streams()) {
      expect(count).toBe(last);
      expect(fold(await kit.events(id, tenant))?.version).toBe(last);
    }
    const [orphans] = await kit.database.sql<{ count: number }[]>`
      select count(*)::int as count from events e
      where not exists (select from inbox i where i.tenant = e.tenant and i.command_id = e.command_id)`;
    expect(orphans).toEqual({ count: 0 });
  }

  it('show every good lead as its events tell it, whatever else stands between the events', async () => {
    const numRuns = inputsFor('the projector');
    const topic = eventTopic('hot');
    // What once stopped the lane, then what may.
    const once = eventFixtures.map((event, n) => JSON.stringify({ ...record(makeId('lead', `fixture${n}`), 1, created()), event }));
    const hostile = [...once, ...fc.sample(hostileEventTexts, { numRuns, seed: SEED })];
    const victim = recordKey(ACME, VICTIMS[0] ?? makeId('lead', 'nobody'));
    await append(hostile.slice(0, numRuns / 2).map((value) => ({ topic, key: victim, value })));
    const relay = await kit.start(createRelayRole());
    const projector = await kit.start(projectorRole);
    await append(hostile.slice(numRuns / 2).map((value) => ({ topic, key: victim, value })));
    const written = async () => (await kit.database.sql<{ count: number }[]>`select count(*)::int as count from events`)[0]?.count;
    const relayed = async () =>
      (await kit.database.sql<{ count: number }[]>`select count(*)::int as count from log_records where topic like 'leads.events.%' and headers is not null`)[0]
        ?.count;
    await vi.waitUntil(async () => ((await relayed()) ?? 0) >= ((await written()) ?? 0), WAIT);
    for (const lane of ['hot', 'warm', 'cold'] as const) await vi.waitUntil(() => kit.drained(`projector.${lane}`, eventTopic(lane)), WAIT);
    await Promise.all([relay.stop(), projector.stop()]);

    const dead = await deadValues();
    for (const text of once) expect(dead).toContain(text);
    for (const text of hostile) if (orNull(decodeEvent, text) === null && !dead.has(text)) throw new Error(`not in the dead letters: ${text.slice(0, 2_000)}`);
    for (const { tenant, id } of await streams()) {
      const state = fold(await kit.events(id, tenant));
      const put = state && viewPut(state);
      const [view] = put ? await kit.readModels.get([put]) : [null];
      expect(view).toEqual(put && { version: put.version, doc: put.doc });
    }
    tell('the projector', numRuns);
  });
});
