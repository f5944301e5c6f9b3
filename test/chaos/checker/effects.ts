/** What each command came to, by the events that carry its id. */
import type { RecordedEvent } from '../../../domain/messages.ts';

export interface Effect {
  readonly commandId: string;
  readonly streamId: string;
  /** Versions of its events, ascending. */
  readonly versions: readonly number[];
  /** Of erased leads too, where the content is gone. */
  readonly types: readonly string[];
}

export const typeOf = ({ event }: RecordedEvent): string => (event.type === 'Redacted' ? event.of : event.type);

/** The commands of one stream, in the order of their first event. */
export function effectsOf(streamId: string, events: readonly RecordedEvent[]): Effect[] {
  const byCommand = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const own = byCommand.get(event.commandId);
    if (own === undefined) byCommand.set(event.commandId, [event]);
    else own.push(event);
  }
  return [...byCommand].map(([commandId, own]) => ({ commandId, streamId, versions: own.map(({ version }) => version), types: own.map(typeOf) }));
}

/** The text by which an event tells whose command it was; null where its kind carries none, or the lead was erased. */
export function markerOf({ event }: RecordedEvent): string | null {
  switch (event.type) {
    case 'LeadCreated':
      return event.lead.lastName ?? null;
    case 'LeadUpdated':
      return event.changes.lastName ?? null;
    case 'NoteAdded':
      return /^note (\S+)$/.exec(event.text)?.[1] ?? null;
    case 'StageChanged':
      return /^because (\S+)$/.exec(event.reason ?? '')?.[1] ?? null;
    case 'InteractionRecorded':
      return /(\S+?)$/.exec(textOf(event.interaction))?.[1]?.replace('https://example.com/', '') ?? null;
    default:
      return null;
  }
}

const textOf = (interaction: object): string => {
  const { text, url } = interaction as { readonly text?: string; readonly url?: string };
  return text ?? url ?? '';
};
