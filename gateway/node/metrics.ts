/** What a gateway counts, by prom-client. One registry a gateway: several may run in one process. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { boundedNames, type CacheFacts, type GatewayMetrics } from '../metrics.ts';

const PREFIX = 'lead_intelligence_';
const CACHE_FACTS = [
  ['entries', 'Answers in the cache now.'],
  ['bytes', 'What they take, about.'],
  ['hits', 'Answered from the cache.'],
  ['joined', 'Waited for an equal question that was being answered already.'],
  ['missed', 'Questions that had to be answered.'],
  ['refused', 'Answers not taken in, because something they are made of changed meanwhile.'],
  ['dropped', 'Answers dropped because something they are made of changed.'],
  ['evicted', 'Answers that made room for others.'],
  ['failed', 'Questions and answers that did not get through to the layer in time.'],
  ['readBytes', 'Of answers that came from another process, in characters.'],
  ['writtenBytes', 'Of answers that went to where other processes find them, in characters.'],
] as const satisfies readonly (readonly [keyof CacheFacts, string])[];
const SIZES: ReadonlySet<keyof CacheFacts> = new Set(['entries', 'bytes']);
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** `processMetrics`: also memory, event loop lag and the like, which only one registry of a process needs to tell. */
export function createNodeMetrics({ processMetrics = true }: { readonly processMetrics?: boolean } = {}): GatewayMetrics {
  const registry = new Registry();
  const registers = [registry];
  if (processMetrics) collectDefaultMetrics({ register: registry, prefix: PREFIX });

  const requests = new Counter({ name: `${PREFIX}http_requests_total`, help: 'HTTP requests answered.', labelNames: ['route', 'method', 'status'], registers });
  const requestSeconds = new Histogram({
    name: `${PREFIX}http_request_duration_seconds`,
    help: 'Time until the answer was ready (for streams: until it began).',
    labelNames: ['route'],
    buckets: SECONDS,
    registers,
  });
  const operations = new Counter({
    name: `${PREFIX}graphql_operations_total`,
    help: 'Queries and mutations executed.',
    labelNames: ['name', 'type', 'outcome'],
    registers,
  });
  const operationSeconds = new Histogram({
    name: `${PREFIX}graphql_operation_duration_seconds`,
    help: 'Time that queries and mutations took to execute.',
    labelNames: ['name', 'type'],
    buckets: SECONDS,
    registers,
  });
  const subscriptions = new Gauge({ name: `${PREFIX}graphql_subscriptions_open`, help: 'Subscriptions open now, on every transport.', registers });

  const visibleSeconds = new Histogram({
    name: `${PREFIX}visible_to_gateway_seconds`,
    help: 'From the moment a change was VISIBLE until this gateway had heard of it: for so long it may have served the one before.',
    buckets: SECONDS,
    registers,
  });

  const nameFor = boundedNames();
  const caches = new Map<string, () => CacheFacts>();
  for (const [fact, help] of CACHE_FACTS) {
    const name = `${PREFIX}cache_${snakeCase(fact)}${SIZES.has(fact) ? '' : '_total'}`;
    const gauge: Gauge<'layer'> = new Gauge({
      name,
      help,
      labelNames: ['layer'],
      registers,
      collect: () => caches.forEach((facts, layer) => gauge.set({ layer }, facts()[fact] ?? 0)),
    });
  }

  return {
    request({ route, method, status, durationMs }) {
      requests.inc({ route, method: knownMethod(method), status });
      requestSeconds.observe({ route }, durationMs / 1000);
    },
    operation({ type, failed, durationMs, ...observed }) {
      const name = nameFor(observed.name);
      operations.inc({ name, type, outcome: failed ? 'failed' : 'ok' });
      operationSeconds.observe({ name, type }, durationMs / 1000);
    },
    subscriptionOpened() {
      subscriptions.inc();
      let open = true;
      return () => {
        if (open) subscriptions.dec();
        open = false;
      };
    },
    visibleHeard(lagMs) {
      visibleSeconds.observe(lagMs / 1000);
    },
    watchCache(layer, facts) {
      caches.set(layer, facts);
    },
    async render() {
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']);
/** Clients can make methods up; labels must stay few. */
const knownMethod = (method: string): string => (METHODS.has(method) ? method : 'OTHER');
