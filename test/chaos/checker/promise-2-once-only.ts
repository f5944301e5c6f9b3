/** 2: one command, one effect, whatever was repeated or delivered again; the same key with another body has none. */
import type { RecordedEvent } from '../../../domain/messages.ts';
import type { SentCommand } from '../history.ts';
import type { CheckContext, PromiseCheck } from './check.ts';
import { markerOf, type Effect } from './effects.ts';

/** Facts that one command may bring several of. */
const SEVERAL: ReadonlySet<string> = new Set(['AlertRaised']);
const CONFLICTS: ReadonlySet<string> = new Set(['IDEMPOTENCY_CONFLICT', 'REJECTED', 'ACCEPTED']);

export function onceOnly(context: CheckContext): PromiseCheck {
  const { recorded, report, byCommandId, effects } = context;
  const others = new Set(recorded.otherBodies.map(({ marker }) => marker));
  const seen = new Map<string, string>();

  function effectOnce(effect: Effect): void {
    const elsewhere = effects.get(effect.commandId);
    const ids = [effect.commandId, effect.streamId, byCommandId.get(effect.commandId)?.key ?? ''];
    if (elsewhere !== undefined)
      report({ promise: 2, what: 'one command changed two streams', ids, expected: elsewhere.streamId, found: [elsewhere.streamId, effect.streamId] });
    const twice = effect.types.filter((type, at) => !SEVERAL.has(type) && effect.types.indexOf(type) !== at);
    if (twice.length > 0)
      report({
        promise: 2,
        what: 'a command took effect more than once',
        ids,
        expected: 'each of its facts once',
        found: { twice, versions: effect.versions },
      });
  }

  function markerOnce(event: RecordedEvent): void {
    const marker = markerOf(event);
    if (marker === null) return;
    const ids = [event.id, event.commandId, marker];
    const earlier = seen.get(marker);
    if (earlier !== undefined) report({ promise: 2, what: 'a unique text was recorded twice', ids, expected: earlier, found: [earlier, event.id] });
    seen.set(marker, event.id);
    if (others.has(marker)) report({ promise: 2, what: 'a key with another body had an effect', ids, expected: 'no effect', found: event.event });
    const sent = recorded.commands.get(marker);
    const owner = byCommandId.get(event.commandId);
    if (sent === undefined && !others.has(marker) && !event.actor.id.startsWith('worker:'))
      report({ promise: 2, what: 'an effect that nobody asked for', ids, expected: 'no such event', found: event.event });
    if (owner !== undefined && owner.key !== marker)
      report({ promise: 2, what: "a command has another one's effect", ids, expected: owner.key, found: marker });
    if (sent?.refusedWith != null && sent.answers.length === 0)
      report({ promise: 2, what: 'a command that was refused had an effect', ids, expected: sent.refusedWith, found: event.event });
  }

  return {
    stream({ events }, own) {
      own.forEach(effectOnce);
      events.forEach(markerOnce);
    },
    finish() {
      for (const command of recorded.commands.values()) repeatsAgree(context, command);
      for (const { key, marker, answers } of recorded.otherBodies) {
        const taken = answers.filter((answer) => !CONFLICTS.has(answer));
        if (taken.length > 0)
          report({ promise: 2, what: 'a key with another body was not refused', ids: [key, marker], expected: [...CONFLICTS], found: answers });
      }
    },
  };
}

function repeatsAgree({ report }: CheckContext, { key, answers, refusedWith }: SentCommand): void {
  const commandIds = new Set(answers.map(({ commandId }) => commandId));
  const leadIds = new Set(answers.map(({ leadId }) => leadId));
  if (commandIds.size > 1 || leadIds.size > 1)
    report({
      promise: 2,
      what: 'repeats of one key got different receipts',
      ids: [key],
      expected: 'one command, one lead',
      found: [...commandIds, ...leadIds],
    });
  if (refusedWith !== null && answers.length > 0)
    report({ promise: 2, what: 'a repeat of an accepted command was refused', ids: [key, ...commandIds], expected: 'the same receipt', found: refusedWith });
}
