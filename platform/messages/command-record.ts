/** A command as a record of the log. Edge safe. */
import type { CommandEnvelope } from '../../domain/messages.ts';
import type { LogRecord } from '../log/log.ts';
import { commandTopic, recordKey } from '../log/topics.ts';
import { encodeCommand } from './encode.ts';

/** The envelope holds everything; the headers repeat what tools look for without opening it. */
export const commandRecord = (envelope: CommandEnvelope): LogRecord => ({
  topic: commandTopic(envelope.lane),
  key: recordKey(envelope.tenant, envelope.streamId),
  value: encodeCommand(envelope),
  headers: { type: envelope.command.type, 'command-id': envelope.id, ...(envelope.trace ? { traceparent: envelope.trace.traceparent } : {}) },
});
