/** A subscription that tells of messages of the live bus: which ones, and what it tells. Who follows them for it is somebody else's business. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { StreamId } from '../../domain/ids.ts';
import type { Tier } from '../../domain/scoring/score.ts';
import type { Delivered } from '../../platform/live-bus/live-bus.ts';
import type { RequestContext } from '../context.ts';
import { isApiError, type ApiError } from '../errors.ts';
import { mapStream } from './map-stream.ts';
import type { News } from './news.ts';

/** What a message surely has where it is told: for an index over many subscriptions. `all`: nothing is sure. */
export type Interest =
  | { readonly by: 'id'; readonly values: readonly string[] }
  | { readonly by: 'agent'; readonly values: readonly string[] }
  | { readonly by: 'tier'; readonly values: readonly Tier[] }
  | { readonly by: 'all' };

export interface LiveField<Args, T extends News = News> {
  /** Which messages are told. Throws ApiError for arguments that make no sense. */
  accept(args: Args): (message: Delivered) => boolean;
  /** No message that is told lacks it. */
  interest(args: Args): Interest;
  /** True: of one thing only the newest news count, a slow reader can do without those before. */
  readonly onlyNewestCounts: boolean;
  /** What is told, not older than the message; null: nothing. Rejects with ApiError where it cannot be told at the moment. */
  news(context: RequestContext, message: Delivered): Promise<T | null>;
}

export interface After {
  readonly after?: string | null | undefined;
}

/** The news one after the other, each as soon as somebody asks for it; an ApiError in their place is told as an error. */
export async function followLive<Args, T extends News>(
  field: LiveField<Args, T>,
  context: RequestContext,
  args: Args & After,
): Promise<AsyncIterableIterator<T | ApiError>> {
  const { shared, identity, lastEventId } = context;
  const source = await shared.feed.open(identity.tenant, { after: lastEventId ?? args.after, accept: field.accept(args) });
  return mapStream(source, async (message) => (isApiError(message) ? message : field.news(context, message)));
}

/** A subscription lives long: nothing that it loaded before may answer for now, and what it tells is not older than the change. */
export function requireFresh({ loaders }: RequestContext, { id, version }: Delivered): void {
  loaders.reset();
  loaders.require({ streamId: id as StreamId, version });
}

/** The lead that a message is about; null where it is gone. */
export async function leadOf(context: RequestContext, message: Delivered): Promise<Lead | null> {
  requireFresh(context, message);
  return context.loaders.lead(message.id);
}
