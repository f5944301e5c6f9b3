/** 4: events are never changed or deleted; an erased lead cannot be read any more, anywhere. */
import type { RecordedEvent } from '../../../domain/messages.ts';
import type { CheckContext, PromiseCheck } from './check.ts';
import type { StreamEvidence } from './evidence.ts';

export function unchanged({ recorded, report }: CheckContext): PromiseCheck {
  const erasedIds = new Set<string>();

  function erased({ streamId, events, view, timeline, listed }: StreamEvidence, at: number): void {
    erasedIds.add(streamId);
    const tell = (what: string, expected: unknown, found: unknown): void => report({ promise: 4, what, ids: [streamId], expected, found });
    const readable = events.filter(({ event }) => event.type !== 'Redacted' && event.type !== 'LeadErased');
    if (readable.length > 0) tell('events of an erased lead can be read', 'Redacted', readable.map(told));
    if (at !== events.length - 1) tell('an erased lead went on', events[at]?.id, events.slice(at + 1).map(told));
    const marks = personalTexts(recorded.commands, streamId);
    const seen = marks.filter((text) => JSON.stringify(view).includes(text));
    if (seen.length > 0) tell('the view of an erased lead tells of the person', 'nothing personal', { seen, view });
    const lines = (timeline ?? []).filter(({ type }) => type !== 'LeadErased');
    if (lines.length > 0) tell('the timeline of an erased lead can be read', ['LeadErased'], lines);
    if (listed.length > 0) tell('an erased lead is in the list', 'not there', listed);
  }

  return {
    stream(evidence) {
      const at = evidence.events.findIndex(({ event }) => event.type === 'LeadErased');
      if (at !== -1) erased(evidence, at);
    },
    finish({ hashes, deadLetters }) {
      for (const { eventId, hash } of recorded.samples) {
        const found = hashes.get(eventId);
        if (found !== hash)
          report({ promise: 4, what: found === undefined ? 'an event is gone' : 'an event was changed', ids: [eventId], expected: hash, found });
      }
      for (const { streamId, value, topic, offset } of deadLetters)
        if (streamId !== null && erasedIds.has(streamId) && value !== null)
          report({
            promise: 4,
            what: 'a dead letter of an erased lead keeps its content',
            ids: [streamId, `${topic}@${offset}`],
            expected: null,
            found: value.slice(0, 200),
          });
    },
  };
}

const told = ({ id, event }: RecordedEvent): object => ({ id, type: event.type });

let indexed: { readonly of: object; readonly texts: Map<string, string[]> } | undefined;

/** Names and emails that were sent for the lead. The index is made once for a history. */
function personalTexts(commands: CheckContext['recorded']['commands'], leadId: string): readonly string[] {
  if (indexed?.of !== commands) {
    const texts = new Map<string, string[]>();
    for (const { key, type, answers } of commands.values()) {
      const id = answers[0]?.leadId;
      if (id === undefined || (type !== 'CreateLead' && type !== 'UpdateLead')) continue;
      texts.set(id, [...(texts.get(id) ?? []), `"${key}"`, `"${key}@example.com"`]);
    }
    indexed = { of: commands, texts };
  }
  return indexed.texts.get(leadId) ?? [];
}
