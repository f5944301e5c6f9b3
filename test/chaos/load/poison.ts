/** Records in the topics of commands that nobody can carry out: one for so many accepted commands. */
import { setTimeout as delay } from 'node:timers/promises';
import { tenantId } from '../../../domain/ids.ts';
import { LANES } from '../../../domain/messages.ts';
import { commandTopic } from '../../../platform/log/topics.ts';
import { newId } from '../../../platform/messages/new-id.ts';
import type { Random } from '../../../scripts/demo/random.ts';
import { POISON_KINDS, type History, type PoisonKind } from '../history.ts';
import type { RawLog } from '../system/raw-log.ts';
import type { World } from './world.ts';

const HUGE_BYTES = 600_000;
const LOOK_EVERY_MS = 200;

export interface PoisonParts {
  readonly rawLog: RawLog;
  readonly history: History;
  readonly world: World;
  readonly random: Random;
  /** Accepted commands for each poison. */
  readonly every: number;
  readonly stop: AbortSignal;
}

export async function runPoisoner({ rawLog, history, world, random, every, stop }: PoisonParts): Promise<void> {
  for (let sent = 0; !stop.aborted;) {
    await delay(LOOK_EVERY_MS);
    if (history.acceptedCount() < (sent + 1) * every) continue;
    sent += 1;
    const kind = POISON_KINDS[sent % POISON_KINDS.length] ?? 'garbage';
    const marker = `poison-${sent}-${history.tenant}`;
    // In the way of a lead that others wait for.
    const leadId = world.anyLead(random)?.id ?? newId('lead', Date.now());
    const made = poisonRecord(kind, marker, history.tenant, leadId);
    const topic = commandTopic(random.pick([...LANES]));
    const place = await rawLog.append(topic, [{ key: Buffer.from(`${history.tenant}:${leadId}`), value: made.value }]).catch(() => null);
    if (place !== null) history.poisons.push({ kind, marker, topic, ...place, commandId: made.commandId });
  }
}

function poisonRecord(kind: PoisonKind, marker: string, tenant: string, leadId: string): { value: Buffer; commandId: string | null } {
  switch (kind) {
    case 'no envelope':
      return { value: Buffer.from(JSON.stringify({ hello: marker })), commandId: null };
    case 'huge':
      return { value: Buffer.from(`${marker}${'x'.repeat(HUGE_BYTES)}`), commandId: null };
    case 'nonsense':
      return envelope(tenant, leadId, { type: 'RecordScore', leadId, score: null, basedOnVersion: marker }, { id: 'poisoner', fingerprint: marker });
    case 'unstorable':
      return envelope(tenant, leadId, { type: 'AddNote', leadId, text: marker }, { id: `poisoner\0`, fingerprint: `${marker}\0\ud800` });
    default:
      return { value: Buffer.concat([Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]), Buffer.from(marker)]), commandId: null };
  }
}

function envelope(tenant: string, streamId: string, command: object, { id, fingerprint }: { id: string; fingerprint: string }) {
  const commandId = newId('command', Date.now());
  const actor = { id, roles: ['ADMIN'] };
  const facts = { schema: 1, id: commandId, tenant: tenantId(tenant), streamId, actor, lane: 'hot', issuedAt: new Date().toISOString(), fingerprint, command };
  return { value: Buffer.from(JSON.stringify(facts)), commandId };
}
