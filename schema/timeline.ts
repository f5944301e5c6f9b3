/** A lead's events as people read them. */
import type { TimelineEntry } from '../domain/views/timeline.ts';
import { builder } from './builder.ts';
import { connectionType } from './connection.ts';

const TimelineEntryType = builder.objectRef<TimelineEntry>('TimelineEntry').implement({
  description: 'Something that happened to a lead. Never changed.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: "The lead's version that it made." }),
    type: t.exposeString('type', { description: "The event's name: LeadCreated, InteractionRecorded, LeadScored, …" }),
    at: t.expose('at', { type: 'DateTime' }),
    actor: t.exposeString('actorId', { description: 'Who did it: a subject, or worker:<role>.' }),
    summary: t.exposeString('summary', { description: 'One sentence for people.' }),
    details: t.field({ type: 'JSON', description: 'What the event holds, as it was recorded: money in cents.', resolve: (entry) => entry.details }),
  }),
});

export const TimelineConnection = connectionType('Timeline', TimelineEntryType);
