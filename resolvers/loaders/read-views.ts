/**
 * The way of a read: read models (L2), then the origin (L3) for what they do not have or have too old. Never an answer that is
 * older than was asked for: rather none.
 */
import type { StoredView, ViewRef } from '../../platform/read-models/read-models.ts';
import type { GatewayPorts } from '../ports.ts';
import { unavailable, type ApiError } from '../errors.ts';
import { servedVersionsOf } from './served-versions.ts';

export interface ViewPorts extends Pick<GatewayPorts, 'readModels' | 'logger'> {
  readonly origin: Pick<GatewayPorts['origin'], 'views'>;
}

export interface WantedView extends ViewRef {
  readonly kind: 'lead' | 'property' | 'agent';
  /** 0: any version will do. */
  readonly versionMin: number;
}

type Answer = StoredView | null | ApiError;
const isEnough = (view: StoredView | null | undefined, wanted: WantedView): view is StoredView => view != null && view.version >= wanted.versionMin;

/** Told of each view that was answered, whether or not there is one, and how long after the start. */
export type OnAnswered = (id: string, layer: 'L2' | 'L3', version: number | undefined, ms: number) => void;

/** In the order of `asked`; one request to the read models, at most one to the origin, more only while a version is waited for. */
export async function readViews(ports: ViewPorts, asked: readonly WantedView[], versionWaitMs: number, onAnswered?: OnAnswered): Promise<Answer[]> {
  if (asked.length === 0) return [];
  const startedMs = performance.now();
  const served = servedVersionsOf(ports.readModels);
  const wanted = asked.map((ref) => ({ ...ref, versionMin: Math.max(ref.versionMin, served.floorOf(ref)) }));
  const stored = await fromReadModels(ports, wanted);
  const storedMs = performance.now() - startedMs;
  const missing = wanted.filter((ref, at) => !isEnough(stored?.[at], ref));
  const computed = missing.length === 0 ? new Map<string, Answer>() : await fromOrigin(ports, missing, versionWaitMs);
  return wanted.map((ref, at): Answer => {
    const view = stored?.[at];
    if (isEnough(view, ref)) {
      onAnswered?.(ref.id, 'L2', view.version, storedMs);
      return view;
    }
    const answer = computed.get(ref.id) ?? null;
    if (!(answer instanceof Error)) onAnswered?.(ref.id, 'L3', answer?.version, performance.now() - startedMs);
    return answer;
  });
}

/** Null where the read models cannot be reached: the origin answers for them. */
async function fromReadModels({ readModels, logger }: ViewPorts, refs: readonly WantedView[]): Promise<(StoredView | null)[] | null> {
  try {
    return await readModels.get(refs.map(({ tenant, kind, id }) => ({ tenant, kind, id })));
  } catch (error) {
    logger.warn({ error: String(error), views: refs.length }, 'the read models cannot be reached; reading from the origin');
    return null;
  }
}

async function fromOrigin(ports: ViewPorts, missing: readonly WantedView[], versionWaitMs: number): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  const deadlineMs = performance.now() + versionWaitMs;
  for (let open = missing, pauseMs = 20; open.length > 0; pauseMs = Math.min(pauseMs * 2, 250)) {
    await computeInto(answers, ports, open);
    open = open.filter((ref) => isBehind(answers.get(ref.id), ref));
    if (open.length === 0 || performance.now() + pauseMs > deadlineMs) {
      for (const ref of open) answers.set(ref.id, unavailable(`${ref.id} is not at version ${ref.versionMin} yet`));
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return answers;
}

/** True where a version was asked for that the answer is not, or where there is nothing yet. */
const isBehind = (answer: Answer | undefined, ref: WantedView): boolean => ref.versionMin > 0 && !(answer instanceof Error) && !isEnough(answer, ref);

async function computeInto(answers: Map<string, Answer>, ports: ViewPorts, refs: readonly WantedView[]): Promise<void> {
  try {
    const puts = await ports.origin.views(refs.map(({ tenant, kind, id }) => ({ tenant, kind, id })));
    refs.forEach(({ id }, at) => answers.set(id, puts[at] ?? null));
    await putBack(ports, puts);
  } catch (error) {
    for (const { id } of refs) answers.set(id, unavailable('this cannot be read at the moment', error));
  }
}

/** So that the next reader finds it; the versions guard against putting back what is old by then. What cannot be put back is remembered. */
async function putBack({ readModels, logger }: ViewPorts, puts: Awaited<ReturnType<ViewPorts['origin']['views']>>): Promise<void> {
  const views = puts.filter((put) => put !== null);
  if (views.length === 0) return;
  try {
    await readModels.put(views);
  } catch (error) {
    logger.warn({ error: String(error), views: views.length }, 'views from the origin could not be put back');
    const memory = servedVersionsOf(readModels);
    for (const view of views) memory.served(view, view.version);
  }
}
