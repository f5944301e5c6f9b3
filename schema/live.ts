/**
 * Subscriptions that tell of messages of the live bus carry how they do it in their field's `extensions`: whoever serves many subscribers at once
 * (gateway/live/) makes what is told once for all who ask the same, instead of following the feed for each.
 */
import type { LiveField } from '../resolvers/live/live-field.ts';
import type { News } from '../resolvers/live/news.ts';

/** For a field's `extensions`. */
export const isLive = <Args, T extends News>(field: LiveField<Args, T>) => ({ live: field });

/** Undefined where the field says nothing. Its arguments are those of the field, as GraphQL has coerced them. */
export const liveFieldOf = ({ extensions }: { readonly extensions: Readonly<Record<string, unknown>> }): LiveField<unknown> | undefined =>
  extensions['live'] as LiveField<unknown> | undefined;
