/** Readers of single leads, as dashboards are: what they see must never go back, and never be older than what a receipt called VISIBLE. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../../scripts/demo/random.ts';
import type { ApiClient } from '../api-client.ts';
import type { History } from '../history.ts';
import type { World } from './world.ts';

const LEAD = 'query ($id: ID!, $atLeast: String) { lead(id: $id, atLeast: $atLeast) { version } }';
const PAUSE_MS = { min: 20, max: 150 };

export interface ReaderParts {
  readonly name: string;
  readonly api: ApiClient;
  readonly history: History;
  readonly world: World;
  readonly random: Random;
  /** The gateway that it stays with; null: any. */
  readonly gateway: number | null;
  readonly stop: AbortSignal;
}

/** Reads one lead after the other until it is stopped. A read without an answer obliges nobody. */
export async function runReader({ name, api, history, world, random, gateway, stop }: ReaderParts): Promise<void> {
  while (!stop.aborted) {
    const change = world.anyVisible(random);
    await delay(random.between(PAUSE_MS.min, PAUSE_MS.max));
    if (change === undefined) continue;
    const { leadId } = change;
    const asksFor = change.token !== null && random.chance(0.3) ? change : null;
    const startedAtMs = performance.now();
    const variables = { id: leadId, atLeast: asksFor?.token ?? null };
    const answer = await api.ask<{ lead: { version: number } | null }>(gateway ?? random.between(0, 1), LEAD, variables).catch(() => null);
    if (!answer?.data || answer.errors) continue;
    const read = { reader: name, pinned: gateway !== null, leadId, startedAtMs };
    history.reads.push({ ...read, version: answer.data.lead?.version ?? null, atLeast: asksFor?.version ?? null });
  }
}
