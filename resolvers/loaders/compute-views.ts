/** L3: views computed from the write model, and put back into L2. */
import { unavailable } from '../errors.ts';
import { servedVersionsOf } from './served-versions.ts';
import type { Answer, ViewPorts, WantedView } from './wanted-view.ts';

/** In the order of `refs`, each afresh, in one request to the origin. Never rejects. */
export async function computeViews(ports: ViewPorts, refs: readonly WantedView[]): Promise<Answer[]> {
  if (refs.length === 0) return [];
  try {
    const puts = await ports.origin.views(refs.map(({ tenant, kind, id }) => ({ tenant, kind, id })));
    await putBack(ports, puts);
    return refs.map((_, at) => puts[at] ?? null);
  } catch (error) {
    return refs.map(() => unavailable('this cannot be read at the moment', error));
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
