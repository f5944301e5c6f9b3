/** Lists that are as new as a token asks for: a view and its places in the lists are written together, so where the view is, they are. */
import { kindOfId, type TenantId } from '../../domain/ids.ts';
import type { ViewRef } from '../../platform/read-models/read-models.ts';
import type { VersionAtLeast } from '../consistency-token.ts';
import { unavailable } from '../errors.ts';
import { readViews } from './read-views.ts';
import type { ViewPorts, WantedView } from './wanted-view.ts';

/** Resolves once the read models show all of these versions; what they lack comes from the origin and is put back. Throws ApiError (UNAVAILABLE). */
export async function untilShown(ports: ViewPorts, tenant: TenantId, required: readonly VersionAtLeast[], versionWaitMs: number): Promise<void> {
  const wanted = required.flatMap(({ streamId, version }): WantedView[] => {
    const kind = kindOfId(streamId);
    return kind === null || kind === 'command' ? [] : [{ tenant, kind, id: streamId, versionMin: version }];
  });
  if (wanted.length === 0 || (await areShown(ports, wanted))) return;
  for (const answer of await readViews(ports, wanted, versionWaitMs)) if (answer instanceof Error) throw answer;
  if (!(await areShown(ports, wanted))) throw unavailable('lists are not as new as the consistency token asks for yet');
}

async function areShown({ readModels }: ViewPorts, wanted: readonly WantedView[]): Promise<boolean> {
  const refs = wanted.map(({ tenant, kind, id }): ViewRef => ({ tenant, kind, id }));
  const views = await readModels.get(refs).catch((error: unknown) => {
    throw unavailable('lists cannot be read at the moment', error);
  });
  return wanted.every(({ versionMin }, at) => (views[at]?.version ?? 0) >= versionMin);
}
