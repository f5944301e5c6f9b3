/** One request to the Messages API: the instructions, the lead as data, and the shape that the answer must have. */
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import type { Lead } from '../../../domain/lead/lead.ts';
import { answerSchema } from './answer.ts';
import { INSTRUCTIONS, leadMessage } from './prompt.ts';

/** Answers seen in real use: 460 tokens in the median, 914 at p95. Twice that; what is longer has lost its way. */
const OUTPUT_TOKENS_MAX = 2_048;

const { type, schema } = zodOutputFormat(answerSchema);

export function scoreRequest(model: string, lead: Lead, now: string): MessageCreateParamsNonStreaming {
  return {
    model,
    max_tokens: OUTPUT_TOKENS_MAX,
    system: INSTRUCTIONS,
    messages: [{ role: 'user', content: leadMessage(lead, now) }],
    output_config: { format: { type, schema } },
  };
}
