/** Views as objects. */
import type { NearViews } from '../platform/cache/near-views.ts';
import type { StoredView, ViewRef } from '../platform/read-models/read-models.ts';

/**
 * The view as it was read. It is shared by all who ask for that version while it is in memory, so nobody may change it: a page that is read again has mostly
 * views that are here, with the texts that were made of them.
 */
export const viewOf = <View extends object>(near: Pick<NearViews, 'sameView'>, ref: ViewRef, { version, doc }: StoredView): Readonly<View> =>
  (near.sameView(ref, version) ?? JSON.parse(doc)) as View;
