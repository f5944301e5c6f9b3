/**
 * Leases in Redis over the Upstash REST protocol, under `l:<kind>:<id>` beside the views that they are about, in the generation that serves: where none
 * does, what was computed could not be found by others, and there is nothing to share. Edge safe.
 */
import type { RestRedis } from '../redis-rest-client.ts';
import { byTenant, rejoin } from './by-tenant.ts';
import { inLiveGenerations, inOneGeneration, type Job } from './generation-access.ts';
import type { ViewRef } from './read-models.ts';
import { arrayIn, numberIn } from './redis-calls.ts';
import { keyPrefix } from './redis-keys.ts';
import { SETTLE_LEASES } from './redis-scripts/settle-leases.ts';
import { TAKE_LEASES } from './redis-scripts/take-leases.ts';
import type { Turn, ViewLeases } from './view-leases.ts';

const LEASES_PER_SCRIPT = 500;
const nameOf = ({ kind, id }: ViewRef): string => `${kind}:${id}`;

/** `generation`: always this one, whatever the pointer names. */
export function createUpstashViewLeases({ client, generation }: { readonly client: RestRedis; readonly generation?: number | undefined }): ViewLeases {
  const scripts = { take: client.script(TAKE_LEASES), settle: client.script(SETTLE_LEASES) };
  const access = generation === undefined ? inLiveGenerations(client) : inOneGeneration(client, generation);
  return {
    async take(wanted, ttlMs) {
      const token = crypto.randomUUID();
      const parts = byTenant(wanted, LEASES_PER_SCRIPT);
      const jobs = parts.map(({ tenant, items }): Job => {
        const args = [ttlMs, ...items.flatMap((item) => [nameOf(item), token, item.versionMin])];
        return { kept: false, in: (in_) => scripts.take.call([keyPrefix(tenant, in_)], args) };
      });
      const answers = await access.read(jobs);
      const turns = parts.map(({ items }, at): Turn[] => {
        const answer = answers[at];
        return answer === undefined ? items.map(() => ({ state: 'UNSHARED' })) : arrayIn(answer).map((code) => turnOf(numberIn(code), token));
      });
      return rejoin(parts, turns);
    },
    async settle(settled, toldMs) {
      const jobs = byTenant(settled, LEASES_PER_SCRIPT).map(({ tenant, items }): Job => {
        const args = [toldMs, ...items.flatMap((item) => [nameOf(item), item.token, item.version ?? ''])];
        return { kept: false, in: (in_) => scripts.settle.call([keyPrefix(tenant, in_)], args) };
      });
      // Where another generation serves by now there is no such lease, and nothing is changed.
      await access.read(jobs);
    },
  };
}

function turnOf(code: number, token: string): Turn {
  if (code === -1) return { state: 'MINE', token };
  return code === -2 ? { state: 'TAKEN' } : { state: 'DONE', version: code };
}
