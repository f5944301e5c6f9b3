/** How the parts are: the ones that this gateway uses, asked now; the workers, by the status that each leaves in the read models. */
import { SYSTEM_TENANT, type ReadModels } from '../platform/read-models/read-models.ts';
import type { GatewayShared, RequestContext } from './context.ts';
import type { LayerName } from './layers.ts';
import type { ComponentHealth, Health } from './component-health.ts';

/** What a worker role leaves of itself: kind 'status' of SYSTEM_TENANT, facet 'all', order UPDATED. */
export interface StatusDocument {
  readonly component: string;
  readonly instance: string;
  readonly role?: string | undefined;
  readonly ok: boolean;
  readonly detail: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  readonly at: string;
}

/** A worker that was not heard of for this long may be gone. */
const HEARD_OF_WITHIN_MS = 15_000;
/** A worker that was not heard of for this long is gone, or was replaced by one with another name. */
const FORGOTTEN_AFTER_MS = 10 * 60_000;

export async function healthOf({ ports, shared }: RequestContext): Promise<Health> {
  const now = ports.clock.now();
  const [readModels, log, liveBus, workers] = await Promise.all([
    ask('readModels', ports.readModels, now),
    ask('log', ports.log, now),
    ask('liveBus', ports.liveBus, now),
    workersOf(ports.readModels, now),
  ]);
  const components = [readModels, log, withTrust(liveBus, shared.feed), ...layersOf(shared, now), ...workers];
  const scoring = workers.filter(({ component, status, circuit }) => component === 'scoring' && status !== 'UNKNOWN' && circuit !== undefined);
  return {
    ok: components.every(({ status }) => status === 'UP'),
    // Several scoring workers each have a circuit; the worst one is what to look at.
    scoringCircuit: ['OPEN', 'HALF_OPEN', 'CLOSED', 'NONE'].find((state) => scoring.some(({ circuit }) => circuit === state)) ?? null,
    components,
    at: now.toISOString(),
  };
}

/** Whether changes are heard of in time decides whether answers are kept: docs/adr/0019. */
const withTrust = (liveBus: ComponentHealth, feed: GatewayShared['feed']): ComponentHealth => ({
  ...liveBus,
  facts: [
    { name: 'answers_are_kept', value: feed.isTrusted() ? 'yes' : 'no, every answer is made anew: changes may go unheard' },
    { name: 'silent_ms', value: String(Math.round(feed.silentMs())) },
  ],
});

const LAYERS: Readonly<Record<LayerName, string>> = {
  L0: 'finished answers in memory',
  L1: 'views and lists in memory',
  L2: 'what was asked of the read models',
  L3: 'what was asked of the origin',
};

/** DOWN while the layer is not asked, because it failed a moment ago. */
function layersOf({ layers }: GatewayShared, now: Date): ComponentHealth[] {
  return Array.from(layers, ([component, state]): ComponentHealth => {
    const { facts, circuit } = state();
    const isAsked = circuit === undefined || circuit === 'CLOSED';
    return {
      component,
      status: isAsked ? 'UP' : 'DOWN',
      detail: isAsked ? LAYERS[component] : `${LAYERS[component]}: it failed, and is not asked for a moment`,
      circuit,
      facts: Object.entries(facts).map(([name, value]) => ({ name, value: String(value) })),
      at: now.toISOString(),
    };
  });
}

async function ask(component: string, part: { check(): Promise<void> }, now: Date): Promise<ComponentHealth> {
  const at = now.toISOString();
  try {
    await part.check();
    return { component, status: 'UP', detail: 'answers', facts: [], at };
  } catch (error) {
    // Its name only: addresses and keys in the message are for the log, not for clients.
    return { component, status: 'DOWN', detail: `does not answer (${error instanceof Error ? error.name : 'unknown error'})`, facts: [], at };
  }
}

async function workersOf(readModels: ReadModels, now: Date): Promise<ComponentHealth[]> {
  try {
    const page = await readModels.list({
      tenant: SYSTEM_TENANT,
      kind: 'status',
      order: 'UPDATED',
      direction: 'DESC',
      facets: ['all'],
      where: [],
      words: [],
      first: 100,
    });
    const documents = page.items.map(({ doc }) => JSON.parse(doc) as StatusDocument);
    return documents.filter(({ at }) => now.getTime() - Date.parse(at) < FORGOTTEN_AFTER_MS).map((document) => componentOf(document, now));
  } catch (error) {
    const detail = `nothing can be said of the workers: their status cannot be read (${error instanceof Error ? error.name : 'unknown error'})`;
    return [{ component: 'workers', status: 'UNKNOWN', detail, facts: [], at: now.toISOString() }];
  }
}

function componentOf(document: StatusDocument, now: Date): ComponentHealth {
  const heardOf = now.getTime() - Date.parse(document.at) <= HEARD_OF_WITHIN_MS;
  const { circuit } = document.facts;
  return {
    component: document.role ?? document.component,
    instance: document.instance,
    status: heardOf ? (document.ok ? 'UP' : 'DOWN') : 'UNKNOWN',
    detail: heardOf ? document.detail : `not heard of since ${document.at}; then: ${document.detail}`,
    circuit: circuit === undefined ? undefined : String(circuit),
    facts: Object.entries(document.facts).map(([name, value]) => ({ name, value: String(value) })),
    at: document.at,
  };
}
