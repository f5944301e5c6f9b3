/**
 * The way of a read: read models (L2), then the origin (L3) for what they do not have or have too old. Never an answer that is
 * older than was asked for: rather none.
 */
import type { StoredView } from '../../platform/read-models/read-models.ts';
import { unavailable } from '../errors.ts';
import { computeViews } from './compute-views.ts';
import { servedVersionsOf } from './served-versions.ts';
import { shareViews } from './share-views.ts';
import { isEnough, type Answer, type Answers, type ViewPorts, type WantedView } from './wanted-view.ts';

/** Told of each view that was answered, whether or not there is one, and how long after the start. */
export type OnAnswered = (id: string, layer: 'L2' | 'L3', version: number | undefined, ms: number) => void;

/** In the order of `asked`; one request to the read models, for what they lack at most one to the origin, more only while a version is waited for. */
export async function readViews(ports: ViewPorts, asked: readonly WantedView[], versionWaitMs: number, onAnswered?: OnAnswered): Promise<Answer[]> {
  if (asked.length === 0) return [];
  const startedMs = performance.now();
  const served = servedVersionsOf(ports.readModels);
  const wanted = asked.map((ref) => ({ ...ref, versionMin: Math.max(ref.versionMin, served.floorOf(ref)) }));
  const stored = await fromReadModels(ports, wanted);
  const storedMs = performance.now() - startedMs;
  const missing = wanted.filter((ref, at) => !isEnough(stored?.[at], ref));
  const computed: Answers = missing.length === 0 ? new Map() : await fromOrigin(ports, missing, versionWaitMs, stored !== null);
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

/** `isShared`: the read models can be reached, so that other processes find there what one has computed. */
async function fromOrigin(ports: ViewPorts, missing: readonly WantedView[], versionWaitMs: number, isShared: boolean): Promise<Answers> {
  const answers = new Map<string, Answer>();
  const leases = isShared ? ports.viewLeases : undefined;
  const deadlineMs = performance.now() + versionWaitMs;
  for (let open = missing, pauseMs = 20; open.length > 0; pauseMs = Math.min(pauseMs * 2, 250)) {
    const computed = leases ? await shareViews(ports, leases, open, deadlineMs - performance.now()) : await computeViews(ports, open);
    open.forEach(({ id }, at) => answers.set(id, computed[at] ?? null));
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
