/** Many leads by way of their events: nothing of them goes through the log, and workers find read models without views, which they build. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandEnvelope } from '../../domain/messages.ts';
import { commandTopic, recordKey } from '../../platform/log/topics.ts';
import { decodeCommand } from '../../platform/messages/decode.ts';
import { encodeCommand } from '../../platform/messages/encode.ts';
import { silentLogger } from '../../platform/telemetry/logger.ts';
import type { Arrival } from '../../workers/command-handler/arrival.ts';
import { carryOut } from '../../workers/command-handler/carry-out.ts';
import { PARKING_TIMING } from '../../workers/command-handler/parking-timing.ts';
import { composeWorkers, type ComposedWorkers } from '../../workers/compose.ts';
import { workersConfig } from '../../workers/config.ts';
import { RELAY } from '../../workers/relay/lane.ts';
import { newLeads } from './day.ts';
import { NEWEST_LEADS } from './documents.ts';
import type { KnownLead } from './load/jobs.ts';
import type { Product } from './product.ts';
import type { Environment } from './scaled.ts';

const CHUNK = 500;
const POLL_MS = 1_000;
const BUILT_TIMEOUT_MS = 1_200_000;

/** Real events through the write model's own way; nothing of it goes through the log: the workers find read models without views, and build them. */
export async function fillEvents(env: Environment, leads: number): Promise<KnownLead[]> {
  const composed = await composeWorkers(workersConfig(env), { url: env['DATABASE_URL'] ?? '', embedded: false }, silentLogger);
  try {
    const envelopes = (await newLeads('events', leads)).map(({ value }) => decodeCommand(value));
    for (let from = 0; from < envelopes.length; from += CHUNK)
      await carryOut(composed.ports, envelopes.slice(from, from + CHUNK).map(arrivalOf), PARKING_TIMING, new AbortController().signal);
    await skipRelay(composed);
    return envelopes.map(({ streamId, command }) => ({ id: streamId, email: command.type === 'CreateLead' ? (command.lead.email ?? '') : '', version: 1 }));
  } finally {
    await composed.close();
  }
}

/** As if it had come through the log. */
const arrivalOf = (envelope: CommandEnvelope): Arrival => ({
  envelope,
  record: {
    topic: commandTopic(envelope.lane),
    partition: 0,
    offset: '0',
    appendedAtMs: 0,
    key: recordKey(envelope.tenant, envelope.streamId),
    value: encodeCommand(envelope),
  },
});

/** The views are built from the events: the relay begins behind them. */
async function skipRelay({ ports: { eventStore } }: ComposedWorkers): Promise<void> {
  for (let position = ''; ;) {
    const { events, next } = await eventStore.readCommitted(position, 2_000);
    if (events.length === 0) return void (await eventStore.saveCheckpoint(RELAY, position, ''));
    position = next;
  }
}

/** Lists say UNAVAILABLE until the views are whole. */
export async function untilServed(product: Product): Promise<void> {
  const deadlineMs = performance.now() + BUILT_TIMEOUT_MS;
  for (;;) {
    try {
      return void (await product.query(NEWEST_LEADS, { first: 1, after: null }));
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await delay(POLL_MS);
    }
  }
}
