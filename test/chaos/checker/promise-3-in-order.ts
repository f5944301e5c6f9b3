/** 3: commands on one lead take effect one at a time, in the order of its versions; lanes change when, never what. */
import type { RecordedEvent } from '../../../domain/messages.ts';
import type { SentCommand } from '../history.ts';
import type { CheckContext, PromiseCheck } from './check.ts';
import type { Effect } from './effects.ts';
import { misfit } from './fits.ts';

export function inOrder({ recorded, report, byCommandId }: CheckContext): PromiseCheck {
  /** Streams whose lead is there and was never erased: commands on them must find it. */
  const alive = new Set<string>();

  function versionsContiguous(streamId: string, events: readonly RecordedEvent[]): void {
    const gap = events.findIndex(({ version }, at) => version !== at + 1);
    if (gap === -1) return;
    const around = events.slice(Math.max(0, gap - 1), gap + 1).map(({ version }) => version);
    report({ promise: 3, what: 'the versions of a stream are not 1, 2, 3, …', ids: [streamId], expected: gap + 1, found: around });
  }

  function oneAtATime(effect: Effect): void {
    const [first = 0] = effect.versions;
    const torn = effect.versions.some((version, at) => version !== first + at);
    if (torn)
      report({
        promise: 3,
        what: 'the events of one command do not follow one another',
        ids: [effect.commandId, effect.streamId],
        expected: `from ${first} on`,
        found: effect.versions,
      });
    const command = byCommandId.get(effect.commandId);
    if (command?.expectedVersion != null && first !== command.expectedVersion + 1)
      report({
        promise: 3,
        what: 'a command took effect on another version than it expected',
        ids: [command.key, effect.commandId, effect.streamId],
        expected: command.expectedVersion,
        found: first - 1,
      });
  }

  /** What was known to be applied before another command was sent stands before it. */
  function inTime(effects: readonly Effect[]): void {
    let latest: SentCommand | undefined;
    const timed = effects.flatMap((effect) => byCommandId.get(effect.commandId) ?? []);
    for (const command of timed) {
      const knownAtMs = command.answers.find(({ status }) => status === 'APPLIED' || status === 'VISIBLE')?.atMs ?? Infinity;
      if (latest !== undefined && latest.sentAtMs > knownAtMs)
        report({
          promise: 3,
          what: 'a command that was sent later stands before one that was known to be applied',
          ids: [latest.key, command.key, command.answers[0]?.leadId ?? ''],
          expected: `${command.key} before ${latest.key}`,
          found: `${latest.key} first`,
        });
      if (latest === undefined || command.sentAtMs > latest.sentAtMs) latest = command;
    }
  }

  return {
    stream({ streamId, events }, effects) {
      versionsContiguous(streamId, events);
      effects.forEach(oneAtATime);
      inTime(effects);
      for (const event of events) {
        const command = byCommandId.get(event.commandId);
        const problem = command === undefined ? null : misfit(command, event);
        if (problem !== null)
          report({
            promise: 3,
            what: 'an event is not what its command asked for',
            ids: [command?.key ?? '', event.id],
            expected: command?.input,
            found: problem,
          });
      }
      if (events.length > 0 && !events.some(({ event }) => event.type === 'LeadErased')) alive.add(streamId);
    },
    finish({ receipts }) {
      for (const { key, answers, expectedVersion } of recorded.commands.values()) {
        const receipt = receipts.get(answers[0]?.commandId ?? '');
        if (receipt?.status !== 'REJECTED') continue;
        const ids = [key, receipt.id, receipt.leadId ?? ''];
        const found = receipt.error?.code;
        if (found === 'NOT_FOUND' && alive.has(receipt.leadId ?? ''))
          report({ promise: 3, what: 'a command did not find a lead that is there', ids, expected: 'applied behind the creation', found });
        if (found === 'VERSION_CONFLICT' && expectedVersion === null)
          report({ promise: 3, what: 'a version conflict of a command that expected none', ids, expected: 'applied', found });
      }
    },
  };
}
