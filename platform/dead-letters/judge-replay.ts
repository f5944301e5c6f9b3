/** Whether a dead letter can be tried again. Apart from as-replay.ts, so that the edge need not carry the checks of envelopes. */
import type { CommandEnvelope } from '../../domain/messages.ts';
import { LANES } from '../../domain/messages.ts';
import { commandTopic, eventTopic } from '../log/topics.ts';
import { decodeCommand, MalformedMessageError } from '../messages/decode.ts';
import type { DeadLetter } from './dead-letters.ts';

/** The command as it was sent, or why it cannot be sent again, in a sentence for people. */
export type ReplayJudgement = { readonly command: CommandEnvelope } | { readonly refusal: string };

const COMMAND_TOPICS: readonly string[] = LANES.map(commandTopic);
const EVENT_TOPICS: readonly string[] = LANES.map(eventTopic);

export function judgeReplay({ tenant, original }: DeadLetter): ReplayJudgement {
  const { topic, value, cutFrom } = original;
  if (EVENT_TOPICS.includes(topic)) return { refusal: 'it is of an event, which is in the events already: `npm run rebuild` heals what was made of it' };
  if (!COMMAND_TOPICS.includes(topic)) return { refusal: `it is no command: it stood in ${topic}` };
  if (value === null) return { refusal: 'its content is gone: its lead was erased' };
  if (cutFrom !== undefined) return { refusal: `only the first ${value.length} of its ${cutFrom} characters were kept` };
  return judgeCommand(value, tenant);
}

function judgeCommand(value: string, tenant: DeadLetter['tenant']): ReplayJudgement {
  try {
    const command = decodeCommand(value);
    // Whoever may replay a brokerage's letters must not send commands to another one by them.
    return tenant === null || command.tenant === tenant ? { command } : { refusal: 'its command is of another tenant than the letter' };
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    return { refusal: `this version cannot read it either: ${error.message}` };
  }
}
