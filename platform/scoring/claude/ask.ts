/** Asks Claude once, without any policy: who calls decides about time, retries and the circuit. */
import type Anthropic from '@anthropic-ai/sdk';
import type { Clock } from '../../clock.ts';
import type { Lead } from '../../../domain/lead/lead.ts';
import { readAnswer, type Answer } from './answer.ts';
import { toAiFailure } from './failure.ts';
import { scoreRequest } from './request.ts';

export interface Asked {
  readonly answer: Answer;
  /** The model that answered, as it names itself. */
  readonly model: string;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
}

export interface Ask {
  /** Rejects with AiFailure; after an abort with whatever the abort led to. */
  (lead: Lead, now: string, signal: AbortSignal): Promise<Asked>;
}

export function createAsk({ client, model, clock }: { readonly client: Anthropic; readonly model: string; readonly clock: Clock }): Ask {
  return async (lead, now, signal) => {
    try {
      const message = await client.messages.create(scoreRequest(model, lead, now), { signal });
      const answer = readAnswer(message);
      return { answer, model: message.model, usage: { inputTokens: message.usage.input_tokens, outputTokens: message.usage.output_tokens } };
    } catch (error) {
      throw toAiFailure(error, clock.now().getTime());
    }
  };
}
