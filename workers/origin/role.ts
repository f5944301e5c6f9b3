/** L3 over HTTP: views, receipts and dead letters from the write model, the AI's insights, and the way into the log, for gateways that hold the shared token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { isId, tenantId, type CommandId, type DeadLetterId } from '../../domain/ids.ts';
import { COMMAND_TOPICS } from '../../platform/log/topics.ts';
import {
  ORIGIN_DEAD_LETTER_PATH,
  ORIGIN_DEAD_LETTERS_PATH,
  ORIGIN_INSIGHT_PATH,
  ORIGIN_LOG_CHECK_PATH,
  ORIGIN_LOG_PATH,
  ORIGIN_PATHS,
  ORIGIN_VIEWS_PATH,
} from '../../platform/origin/paths.ts';
import type { Origin } from '../../platform/origin/origin.ts';
import type { Insights } from '../../platform/scoring/insights.ts';
import { deadLetterRequest, deadLettersRequest, insightRequest, receiptRequest, viewsRequest } from '../../platform/origin/protocol.ts';
import { createStoreOrigin } from '../../platform/origin/store-origin.ts';
import type { HttpAnswer, HttpRequest, Role } from '../kit/role.ts';
import { createInsights } from './insights.ts';
import { createLogIntake, type LogIntake } from './log-intake.ts';

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
const json = (status: number, value: unknown): HttpAnswer => ({ status, body: JSON.stringify(value), contentType: 'application/json' });

interface Parts {
  readonly origin: Origin;
  readonly insights: Insights;
  readonly intake: LogIntake;
}

async function answer({ origin, insights, intake }: Parts, { path, body, signal }: HttpRequest): Promise<HttpAnswer> {
  const input: unknown = JSON.parse(body);
  if (path === ORIGIN_LOG_PATH) return intake.append(input);
  if (path === ORIGIN_LOG_CHECK_PATH) return intake.check();
  if (path === ORIGIN_VIEWS_PATH) {
    const { refs } = viewsRequest.parse(input);
    return json(200, { views: await origin.views(refs.map((ref) => ({ ...ref, tenant: tenantId(ref.tenant) }))) });
  }
  if (path === ORIGIN_DEAD_LETTERS_PATH) {
    const query = deadLettersRequest.parse(input);
    return json(200, { page: await origin.deadLetters({ ...query, tenant: tenantId(query.tenant) }) });
  }
  if (path === ORIGIN_DEAD_LETTER_PATH) {
    const { tenant, id } = deadLetterRequest.parse(input);
    return json(200, { found: await origin.deadLetter(tenantId(tenant), id as DeadLetterId) });
  }
  if (path === ORIGIN_INSIGHT_PATH) {
    const { tenant, id } = insightRequest.parse(input);
    return json(200, { insight: isId('lead', id) ? await insights.insight(tenantId(tenant), id, signal) : null });
  }
  const { tenant, id } = receiptRequest.parse(input);
  return json(200, { receipt: await origin.receipt(tenantId(tenant), id as CommandId) });
}

/** `token`: what callers must present; without one the role answers nobody over HTTP. */
export function createOriginRole(token: string | undefined): Role {
  return {
    name: 'origin',
    async start(ports) {
      const intake = createLogIntake(ports.log, (topic) => COMMAND_TOPICS.some((known) => known.topic === topic));
      const parts: Parts = { origin: createStoreOrigin(ports), insights: createInsights(ports), intake };
      const expected = token === undefined ? null : sha256(`Bearer ${token}`);
      let answers = 0;
      return {
        stop: async () => undefined,
        health: () => ({ ok: true, detail: expected ? 'answers over HTTP' : 'answers in this process only', facts: { answers_total: answers } }),
        async answer(request) {
          if (!ORIGIN_PATHS.includes(request.path)) return null;
          if (request.method !== 'POST') return json(405, { error: 'POST only' });
          if (!expected || !timingSafeEqual(sha256(request.authorization ?? ''), expected))
            return json(401, { error: 'the ORIGIN_TOKEN of gateway and origin must be the same' });
          try {
            const answered = await answer(parts, request);
            answers += 1;
            return answered;
          } catch (error) {
            if (error instanceof z.ZodError || error instanceof SyntaxError || error instanceof RangeError) return json(400, { error: error.message });
            // Nobody is there to be told.
            if (request.signal.aborted) return json(499, { error: 'the caller went away' });
            ports.logger.error({ error, path: request.path }, 'the origin could not answer');
            return json(503, { error: 'the write model or the log did not answer' });
          }
        },
      };
    },
  };
}
