/** What a gateway counts, by prom-client. One registry a gateway: several may run in one process. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { LeaseFacts } from '../../resolvers/loaders/share-views.ts';
import type { PortFacts } from '../../platform/resilience/watched-port.ts';
import type { CacheFacts, GatewayMetrics, LiveFacts } from '../metrics.ts';
import { createRequestMetrics } from './request-metrics.ts';

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
  ['stale', 'Given out although it may be old, and named so: nothing better could be read.'],
  ['refreshed', 'Read anew before its end, so that nobody had to wait for it.'],
  ['failed', 'Questions and answers that did not get through to the layer in time.'],
  ['readBytes', 'Of answers that came from another process, in characters.'],
  ['writtenBytes', 'Of answers that went to where other processes find them, in characters.'],
] as const satisfies readonly (readonly [keyof CacheFacts, string])[];
const LEASE_FACTS = [
  ['taken', 'view_leases_taken_total', 'Views that the read models did not have, computed here for all processes.'],
  ['waited', 'view_leases_waited_total', 'Views that another process was computing already.'],
  ['givenUp', 'view_leases_given_up_total', 'Views of which nothing came from the other process in time: computed here as well.'],
] as const satisfies readonly (readonly [keyof LeaseFacts, string, string])[];
const SIZES: ReadonlySet<keyof CacheFacts> = new Set(['entries', 'bytes']);
const STORE_FACTS = [
  ['requests', 'Requests to the store for what this gateway answers with.'],
  ['keys', 'Views that were asked for by id.'],
  ['missed', 'Views that were asked for by id and are not there.'],
  ['failed', 'Requests that failed, or that nobody answered in time.'],
  ['skipped', 'Requests that were not sent, because the last ones had failed.'],
] as const satisfies readonly (readonly [keyof PortFacts, string])[];
/** Until a change is heard of: around 50 ms, which is promised, finer than elsewhere. */
const HEARD_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** `processMetrics`: also memory, event loop lag and the like, which only one registry of a process needs to tell. */
export function createNodeMetrics({ processMetrics = true }: { readonly processMetrics?: boolean } = {}): GatewayMetrics {
  const registry = new Registry();
  const registers = [registry];
  if (processMetrics) tellOfProcess(registry);

  const subscriptions = new Gauge({ name: `${PREFIX}graphql_subscriptions_open`, help: 'Subscriptions open now, on every transport.', registers });

  const visibleSeconds = new Histogram({
    name: `${PREFIX}visible_to_gateway_seconds`,
    help: 'From the moment a change was VISIBLE until this gateway had heard of it: for so long it may have served the one before.',
    buckets: HEARD_SECONDS,
    registers,
  });

  const purges = new Counter({ name: `${PREFIX}cdn_purges_total`, help: 'Requests to the CDN to forget tags.', labelNames: ['outcome'], registers });
  const purgedTags = new Counter({ name: `${PREFIX}cdn_purged_tags_total`, help: 'Tags that the CDN was told to forget.', registers });
  let purgesWaiting = (): number => 0;
  const waiting: Gauge = new Gauge({
    name: `${PREFIX}cdn_purge_tags_waiting`,
    help: 'Tags that the CDN has still to be told to forget.',
    registers,
    collect: () => waiting.set(purgesWaiting()),
  });

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

  let leaseFacts: (() => LeaseFacts) | undefined;
  for (const [fact, name, help] of LEASE_FACTS) {
    const gauge: Gauge = new Gauge({ name: `${PREFIX}${name}`, help, registers, collect: () => gauge.set(leaseFacts?.()[fact] ?? 0) });
  }
  const stores = new Map<string, () => { readonly facts: PortFacts; readonly isOpen: boolean }>();
  for (const [fact, help] of STORE_FACTS) {
    const gauge: Gauge<'layer'> = new Gauge({
      name: `${PREFIX}store_${fact}_total`,
      help,
      labelNames: ['layer'],
      registers,
      collect: () => stores.forEach((state, layer) => gauge.set({ layer }, state().facts[fact])),
    });
  }
  const circuits: Gauge<'layer'> = new Gauge({
    name: `${PREFIX}store_circuit_open`,
    help: '1 while the store is not asked, because it failed a moment ago.',
    labelNames: ['layer'],
    registers,
    collect: () => stores.forEach((state, layer) => circuits.set({ layer }, Number(state().isOpen))),
  });

  return {
    ...createRequestMetrics(registry, PREFIX),
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
    purged({ tags, failed }) {
      purges.inc({ outcome: failed ? 'failed' : 'ok' });
      if (!failed) purgedTags.inc(tags);
    },
    watchPurges(count) {
      purgesWaiting = count;
    },
    watchLeases(facts) {
      leaseFacts = facts;
    },
    watchStore(layer, state) {
      stores.set(layer, state);
    },
    watchLive(facts) {
      watchLive(registers, facts);
    },
    watchLiveBus(feed) {
      const trusted: Gauge = new Gauge({
        name: `${PREFIX}live_bus_trusted`,
        help: '1 while changes are heard of in time, so that answers are kept.',
        registers,
        collect: () => trusted.set(Number(feed.isTrusted())),
      });
      const silent: Gauge = new Gauge({
        name: `${PREFIX}live_bus_silent_seconds`,
        help: 'Since the live bus last showed that it lives; infinite while it is lost.',
        registers,
        collect: () => silent.set(feed.silentMs() / 1000),
      });
    },
    async render() {
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

const LIVE_FACTS = [
  ['members', 'live_members', 'Subscribers who share what they are told with all who ask the same.'],
  ['groups', 'live_groups', 'Of such subscribers, by what they ask.'],
  ['made', 'live_results_made_total', 'Results of subscriptions made, each once for all who are shown the same.'],
  ['delivered', 'live_results_delivered_total', 'Results of subscriptions given to connections.'],
] as const satisfies readonly (readonly [keyof LiveFacts, string, string])[];

function watchLive(registers: Registry[], facts: () => LiveFacts): void {
  for (const [fact, name, help] of LIVE_FACTS) {
    const gauge: Gauge = new Gauge({ name: `${PREFIX}${name}`, help, registers, collect: () => gauge.set(facts()[fact]) });
  }
  const ended: Gauge<'reason'> = new Gauge({
    name: `${PREFIX}live_ended_total`,
    help: 'Subscribers that ended, by why: left by themselves, read too slowly, expired with their token, lost it because it was withdrawn, sent away by a stop, or lost news.',
    labelNames: ['reason'],
    registers,
    collect: () => Object.entries(facts().ended).forEach(([reason, count]) => ended.set({ reason }, count)),
  });
}

const PROCESS_START = `${PREFIX}process_start_time_seconds`;

function tellOfProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry, prefix: PREFIX });
  // prom-client's own is of when prom-client was loaded: in a snapshot (scripts/build/snapshot.ts) by another process, long before.
  registry.removeSingleMetric(PROCESS_START);
  const started = new Gauge({ name: PROCESS_START, help: 'Start time of the process since unix epoch in seconds.', registers: [registry] });
  started.set(Math.round(Date.now() / 1000 - process.uptime()));
}

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
