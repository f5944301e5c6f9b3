/** Envelopes from text. What cannot be read says why: the caller puts it aside, nothing is guessed. */
import * as z from 'zod';
import { isDeadLetterId, isId, kindOfId, tenantId, type CommandId, type DeadLetterId, type StreamId } from '../../domain/ids.ts';
import { LANES, type Command, type CommandEnvelope, type DomainEvent, type RecordedEvent } from '../../domain/messages.ts';
import { ROLES } from '../../domain/agent/agent.ts';
import { isStorable, plainCommand, TRACEPARENT } from './plain-command.ts';

/** The text is no envelope of ours; it never will be, however often it is tried. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
}

/** A reason may quote what it is about. */
const REASON_CHARS_MAX = 2_000;

const tenant = z.string().transform((text, context) => {
  try {
    return tenantId(text);
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
    return z.NEVER;
  }
});
const streamId = z
  .string()
  .refine((id) => ['lead', 'property', 'agent'].includes(kindOfId(id) ?? ''), 'is no id of a lead, a property or an agent')
  .transform((id) => id as StreamId);
const commandId = z.string().refine((id): id is CommandId => isId('command', id), 'is no command id');
const time = z.iso.datetime();

const common = {
  schema: z.literal(1),
  tenant,
  streamId,
  actor: z.object({ id: z.string().min(1).max(200).refine(isStorable, 'holds a zero or half a character'), roles: z.array(z.enum(ROLES)) }),
  lane: z.enum(LANES),
  trace: z.object({ traceparent: z.string().regex(TRACEPARENT, 'is no trace context') }).optional(),
};
/** What is inside is judged by who handles it; here it only has to be an object that says what it is. */
const typed = z.looseObject({ type: z.string().min(1).max(100).refine(isStorable, 'holds a zero or half a character') });
const body = <T>() => z.custom<T>((value) => typed.safeParse(value).success, 'is no object with a type');

/** What decodeCommand takes, whatever it looks like. */
export const commandEnvelope = z.object({
  ...common,
  id: commandId,
  issuedAt: time,
  fingerprint: z.string().min(1).max(200).refine(isStorable, 'holds a zero or half a character'),
  expectedVersion: z.number().int().min(0).optional(),
  replay: z
    .object({
      letter: z.string().refine((id): id is DeadLetterId => isDeadLetterId(id), 'is no id of a dead letter'),
      by: z.string().min(1).max(200).refine(isStorable, 'holds a zero or half a character'),
    })
    .optional(),
  command: body<Command>(),
});
const eventEnvelope = z.object({ ...common, id: z.string().max(200), version: z.number().int().min(1), commandId, at: time, event: body<DomainEvent>() });

const malformed = (reason: string): MalformedMessageError => new MalformedMessageError(reason.slice(0, REASON_CHARS_MAX).toWellFormed());

/** Where the text stops being JSON. The engine's own sentence may quote the text, which may be about a person. */
function placeIn(error: unknown): string {
  const place = /at position \d+/.exec(error instanceof Error ? error.message : '');
  return place === null ? '' : ` ${place[0]}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(`not JSON${placeIn(error)}`);
  }
}

function check<S extends z.ZodType>(schema: S, json: unknown): z.output<S> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw malformed(z.prettifyError(result.error));
}

/** Throws MalformedMessageError. The command's own fields are for its decider to judge. */
export function decodeCommand(text: string): CommandEnvelope {
  const json = parseJson(text);
  return plainCommand(json) ?? check(commandEnvelope, json);
}
/** Throws MalformedMessageError. */
export const decodeEvent = (text: string): RecordedEvent => check(eventEnvelope, parseJson(text));
