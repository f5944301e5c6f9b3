/** Records into Kafka: by the log's port as gateways and workers do it, and by a bare producer. */
import { printed, SERVER_CORE, startChild } from '../children.ts';
import type { BenchOptions } from '../options.ts';
import type { Environment } from '../scaled.ts';

export interface ProduceRound {
  /** One record a call by many callers; or many records a call by a few. */
  readonly shape: 'singles' | 'batches';
  readonly name: string;
  readonly round: number;
  readonly recordsPerSecond: number;
  readonly clientMicrosPerRecord: number;
}
export interface ProduceResult {
  readonly rounds: readonly ProduceRound[];
}

const TIMEOUT_MS = 300_000;

export async function benchProduce(env: Environment, options: BenchOptions): Promise<ProduceResult> {
  const args = [env['KAFKA_BROKERS'] ?? '', String(options.produceSeconds), String(options.rounds)];
  const child = startChild({ file: 'servers/produce.ts', args, core: SERVER_CORE });
  try {
    const [, text = ''] = await printed(child, /^(\[.*\])$/m, TIMEOUT_MS);
    return { rounds: JSON.parse(text) as ProduceRound[] };
  } finally {
    await child.stop();
  }
}
