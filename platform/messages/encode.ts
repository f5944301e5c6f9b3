/** Envelopes to text. Apart from decode.ts, so that the edge need not carry the checks. */
import type { CommandEnvelope, RecordedEvent } from '../../domain/messages.ts';

export const encodeCommand = (envelope: CommandEnvelope): string => JSON.stringify(envelope);
export const encodeEvent = (event: RecordedEvent): string => JSON.stringify(event);
