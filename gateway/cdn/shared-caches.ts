/** Caches between this gateway and who asks (a CDN): which answers they may hold, by what names, and that they are told when those change. Edge safe. */
import type { Epoch, Epochs } from '../../platform/cache/epochs.ts';
import type { PurgeHook } from '../../platform/cdn/purge-hook.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { createCacheTags } from './cache-tags.ts';
import { createHandedOut } from './handed-out.ts';
import { createPurges, type PurgesOptions } from './purges.ts';

/** Of a kept answer that is not personal. */
export interface Sharing {
  readonly seconds: number;
  /** What it is made of. */
  readonly tags: ReadonlySet<string>;
  /** It holds until then at most, milliseconds since 1970. */
  readonly untilMs: number;
  /** When it was known last that nothing of it had changed: as it was found here, or taken in. */
  goodAt: Epoch;
}

export interface SharedCaches {
  /** Once for each kept answer. */
  prepare(sharing: Sharing): Promise<ForCaches>;
  /** Takes back what was handed out, as nobody will tell of its changes, and ends. */
  stop(): Promise<void>;
}

export interface ForCaches {
  /** The header Cache-Tag. */
  readonly cacheTag: string;
  /** To be asked in the very moment in which the answer goes out, each time: true where a cache may hold it, and is told from now on. */
  handOut(): boolean;
}

export interface SharedCachesOptions extends Pick<PurgesOptions, 'waitingMax' | 'repeatAfterMs'> {
  readonly hook: PurgeHook;
  readonly epochs: Epochs;
  /** Of the digests in Cache-Tag; the same on every gateway. */
  readonly key: string;
  readonly logger: Logger;
  readonly metrics?: Pick<GatewayMetrics, 'purged' | 'watchPurges'> | undefined;
  readonly tagsMax?: number | undefined;
}

const LAST_PURGES_MS = 2_000;

export function createSharedCaches({ epochs, key, tagsMax, ...options }: SharedCachesOptions): SharedCaches {
  const purges = createPurges(options);
  const handedOut = createHandedOut({ epochs, takeBack: (one) => purges.add(one), tagsMax });
  const tagsFor = createCacheTags(key);
  let isStopped = false;
  return {
    async prepare(sharing) {
      const { tags, isCoarse, header } = await tagsFor(sharing.tags);
      let isNoted = false;
      return {
        cacheTag: header,
        handOut() {
          // A change that came since was told to the caches already, if at all: they would hold the answer of before behind it.
          const hasMoved = sharing.goodAt !== epochs.now() && epochs.hasMoved(sharing.tags, sharing.goodAt);
          if (isStopped || hasMoved || !purges.works()) return false;
          // A change of one of these drops the answer here, too; one of its kind does not.
          if (!isNoted || isCoarse) handedOut.note(tags);
          isNoted = true;
          return true;
        },
      };
    },
    async stop() {
      isStopped = true;
      handedOut.takeBackAll();
      await purges.stop(LAST_PURGES_MS);
    },
  };
}
