/**
 * Whether this process may get requests. Only its own state decides (it started, it is not draining): a database that is down must not take
 * every gateway out of service at once, since cached and degraded answers still help. The parts are told beside it, for people.
 */
import type { Clock } from '../platform/clock.ts';

export interface PartHealth {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string | undefined;
}
export interface Readiness {
  readonly ready: boolean;
  readonly state: 'starting' | 'ready' | 'draining';
  readonly parts: readonly PartHealth[];
}
export interface Health {
  readiness(): Promise<Readiness>;
  setState(state: Readiness['state']): void;
}

/** Each rejects where its part cannot be reached. */
export type PartChecks = Readonly<Record<string, () => Promise<void>>>;

const CHECK_TIMEOUT_MS = 1_000;
/** Probes and monitors together ask the parts no more often than this. */
const KEPT_MS = 2_000;

export function createHealth(checks: PartChecks, clock: Clock): Health {
  let state: Readiness['state'] = 'starting';
  let kept: { readonly parts: Promise<readonly PartHealth[]>; readonly untilMs: number } | null = null;

  function parts(): Promise<readonly PartHealth[]> {
    const nowMs = clock.elapsedMs();
    if (kept === null || nowMs >= kept.untilMs) {
      const asked = Promise.all(Object.entries(checks).map(([name, check]) => checkPart(name, check)));
      kept = { parts: asked, untilMs: nowMs + KEPT_MS };
    }
    return kept.parts;
  }

  return {
    async readiness() {
      return { parts: await parts(), ready: state === 'ready', state };
    },
    setState(next) {
      state = next;
    },
  };
}

async function checkPart(name: string, check: () => Promise<void>): Promise<PartHealth> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([check(), timeout]);
    return { name, ok: true };
  } catch (error) {
    // Addresses and credentials may stand in the message of a driver: the class is enough for a probe, the log has the rest.
    return { name, ok: false, detail: error instanceof Error ? error.name : 'failed' };
  } finally {
    clearTimeout(timer);
  }
}
