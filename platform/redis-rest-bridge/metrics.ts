/** What the bridge counts. One registry a bridge, so that several can live in a process. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface BridgeMetrics {
  /** Call when the answer is out. `endpoint` is one of a few fixed words. */
  answered(endpoint: string, status: number, seconds: number): void;
  commands(count: number): void;
  text(): Promise<string>;
}

export function createBridgeMetrics(state: { streams: () => number; topics: () => number; redisUp: () => boolean }): BridgeMetrics {
  const registry = new Registry();
  const registers = [registry];
  const prefix = 'lead_intelligence_bridge_';
  const requests = new Counter({ name: `${prefix}requests_total`, help: 'Requests answered.', labelNames: ['endpoint', 'status'], registers });
  const duration = new Histogram({
    name: `${prefix}request_seconds`,
    help: 'Time from a request to its answer; streams: to their confirmation.',
    labelNames: ['endpoint'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  const commands = new Counter({ name: `${prefix}commands_total`, help: 'Commands taken.', registers });
  const gauge = (name: string, help: string, value: () => number): void => {
    void new Gauge({
      name: `${prefix}${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  gauge('subscribers', 'Open event streams.', state.streams);
  gauge('channels', 'Channels and patterns subscribed to in Redis.', state.topics);
  gauge('redis_up', '1 while both connections to Redis are ready.', () => (state.redisUp() ? 1 : 0));
  return {
    answered(endpoint, status, seconds) {
      requests.inc({ endpoint, status });
      duration.observe({ endpoint }, seconds);
    },
    commands: (count) => commands.inc(count),
    text: () => registry.metrics(),
  };
}
