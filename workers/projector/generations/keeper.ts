/**
 * Watches over the pointer: stamps it about once a second, and takes the trust from generations that lost writes (a Redis that was flushed,
 * restarted, failed over or put back to an older state, or that holds the views of another write model). Whenever another generation answers, or none,
 * whoever switched, it tells those who keep answers. One keeper at a time, by lease.
 */
import { randomUUID } from 'node:crypto';
import type { GenerationPointer } from '../../../platform/read-models/generation-pointer.ts';
import { SYSTEM_TENANT } from '../../../platform/read-models/read-models.ts';
import type { GenerationPorts } from './pointer.ts';

const LEASE = 'generations';
const LEASE_TTL_MS = 4_000;
/** Checkpoints: the last stamp that is known to stand, and the name of this write model. */
const STAMP = 'generations:stamp';
const SOURCE = 'generations:source';
/** A new line of stamps begins so far above the last saved one: whatever was stamped and not saved lies below it. */
const STAMPS_APART = 1_000;

export interface PointerKeeper {
  /** One look; false where another process keeps the pointer. Rejects where Redis or the write model cannot be reached. */
  tick(): Promise<boolean>;
  /** Gives the lease back. */
  stop(): Promise<void>;
}

interface Trusted {
  readonly stamp: number;
  readonly run: string;
  readonly source: string;
}

/** Why what stands there cannot be trusted; null where it can. */
function whyLost(pointer: GenerationPointer | null, trusted: Trusted): string | null {
  if (pointer === null) return 'they are empty';
  if (pointer.source !== trusted.source) return 'they are of another write model';
  if (pointer.stamp < trusted.stamp) return 'they came back in an older state';
  return pointer.run === trusted.run ? null : 'their server was restarted, and may have lost its last writes';
}

export function createPointerKeeper({ eventStore, leases, liveBus, logger, clock, instance, generations }: GenerationPorts): PointerKeeper {
  const holder = `${instance}:generations`;
  /** Known while the lease is held. */
  let known: Pick<Trusted, 'stamp' | 'source'> | undefined;
  /** The generation that gateways were told of last; undefined: this process does not know what they were told. */
  let told: number | null | undefined;

  const takeOver = async (): Promise<Pick<Trusted, 'stamp' | 'source'>> => {
    const stamp = Number(await eventStore.loadCheckpoint(STAMP));
    // The first process of all gives the write model its name.
    await eventStore.saveCheckpoint(SOURCE, randomUUID(), '');
    return { stamp, source: await eventStore.loadCheckpoint(SOURCE) };
  };

  /** The least stamp that no process can have seen, whichever write model stood here before. */
  const newStamp = (pointer: GenerationPointer | null, stamp: number): number =>
    Math.max(stamp, pointer?.stamp ?? 0, Math.floor(clock.now().getTime() / 1_000)) + STAMPS_APART;

  /** What gateways keep was made of another generation. Where it fails the next look tells them. */
  const tell = async ({ serving, stamp }: GenerationPointer): Promise<void> => {
    if (serving === told) return;
    const at = clock.now().toISOString();
    await liveBus.publish([{ tenant: SYSTEM_TENANT, kind: 'views', id: `generation-${serving ?? 'none'}`, version: stamp, at, events: [] }]);
    told = serving;
  };

  return {
    async tick() {
      if (!(await leases.hold(LEASE, holder, LEASE_TTL_MS))) {
        known = undefined;
        told = undefined;
        return false;
      }
      const { stamp, source } = (known ??= await takeOver());
      const { pointer, text, run } = await generations.read();
      const lost = whyLost(pointer, { stamp, run, source });
      const after =
        pointer !== null && lost === null
          ? { ...pointer, stamp: pointer.stamp + 1 }
          : { serving: null, building: null, stamp: newStamp(pointer, stamp), run, source };
      // Somebody else was faster: the next look sees what they did.
      if (!(await generations.replace(text, after))) return true;
      if (lost !== null) logger.warn({ lost }, `the read models cannot be trusted: ${lost}; they are built anew`);
      // Where another process took over meanwhile, what it knows is newer.
      const saved = await eventStore.saveCheckpoint(STAMP, String(after.stamp), stamp === 0 ? '' : String(stamp));
      known = saved ? { stamp: after.stamp, source } : undefined;
      if (saved) await tell(after);
      return saved;
    },
    async stop() {
      known = undefined;
      await leases.release(LEASE, holder).catch((error: unknown) => logger.warn({ error }, 'the lease could not be given back; it runs out by itself'));
    },
  };
}
