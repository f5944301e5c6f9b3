/** Memory of two gateways at full load, with caches that are full: does it stay where it is? */
import type { Load } from '../load/client.ts';
import { watchMemory } from '../memory.ts';
import type { BenchOptions } from '../options.ts';
import type { Environment } from '../scaled.ts';
import { CLOSED_LOOP, withMixedGateways } from './mixed.ts';
import { readMetrics, valueOf } from './metrics-text.ts';

/** Of one gateway, in one step of the time. */
export interface FlatRow {
  readonly gateway: number;
  readonly minutes: number;
  /** That stood in answers, each held against what was known of it. */
  readonly leads: number;
  readonly leastMegabytes: number;
  readonly mostMegabytes: number;
  /** Of answers (L0), and of views, lists and texts (L1). */
  readonly keptMegabytes: Readonly<Record<'L0' | 'L1', number>>;
}
export interface FlatResult {
  readonly cacheMegabytes: number;
  readonly rows: readonly FlatRow[];
  readonly wrong: number;
}

/** Small enough to be full within the first minutes. */
const CACHE_MEGABYTES = 24;
const LOOK_EVERY_MS = 1_000;
const STEP_SECONDS = 60;
const MEGABYTE = 1_024 * 1_024;

export function benchFlat(env: Environment, load: Load, options: BenchOptions, folder: string): Promise<FlatResult> {
  return withMixedGateways({ env, load, options, folder }, { CACHE_MEGABYTES: String(CACHE_MEGABYTES) }, async ({ products, mixed }) => {
    const rows: FlatRow[] = [];
    let wrong = 0;
    const stepSeconds = Math.min(STEP_SECONDS, options.flatSeconds);
    for (let seconds = stepSeconds; seconds <= options.flatSeconds; seconds += stepSeconds) {
      const resident = products.map(({ pid }) => watchMemory(pid, LOOK_EVERY_MS));
      const { checked, wrong: more } = await mixed(CLOSED_LOOP, stepSeconds);
      wrong += more;
      for (const [at, { url }] of products.entries()) {
        const [metrics, seen] = [await readMetrics(url), resident[at]?.() ?? []];
        const kept = (layer: string): number => valueOf(metrics, 'lead_intelligence_cache_bytes', { layer }) / MEGABYTE;
        rows.push({
          gateway: at + 1,
          minutes: seconds / 60,
          leads: checked,
          leastMegabytes: Math.min(...seen),
          mostMegabytes: Math.max(...seen),
          keptMegabytes: { L0: kept('L0'), L1: kept('L1') },
        });
      }
    }
    return { cacheMegabytes: CACHE_MEGABYTES, rows, wrong };
  });
}
