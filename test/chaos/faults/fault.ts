/** What a fault is, and what it may lay hands on. */
import type { Random } from '../../../scripts/demo/random.ts';
import type { Cluster } from '../system/cluster.ts';
import type { RawLog } from '../system/raw-log.ts';
import type { Supervisor } from '../system/supervisor.ts';

export interface FaultScene {
  readonly cluster: Cluster;
  readonly supervisor: Supervisor;
  readonly rawLog: RawLog;
  readonly random: Random;
  /** The longest that something is stopped, cut off or slow, as a share of what it is in a long run. */
  readonly scale: number;
}

export interface FaultKind {
  readonly kind: string;
  /** How often it is chosen, against the others. */
  readonly weight: number;
  /** What it can happen to; one thing has one fault at a time. */
  readonly targets: (scene: FaultScene) => readonly string[];
  /** Resolves once the harm is over and what was stopped or cut goes on. */
  readonly run: (scene: FaultScene, target: string) => Promise<void>;
}
