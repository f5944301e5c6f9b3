/** What is remembered of a replay under its idempotency key, so that a repeat sends nothing and waits for the same outcome. */
import type { DeadLetterId } from '../../domain/ids.ts';
import { keyedIdBody } from '../../platform/messages/new-id.ts';
import type { ViewPut } from '../../platform/read-models/read-models.ts';
import { RECEIPT_TTL_SECONDS } from '../../platform/read-models/receipt-put.ts';
import { checkKey } from '../commands/build-envelope.ts';
import type { RequestContext } from '../context.ts';
import { conflictingKey } from '../errors.ts';

interface Request {
  readonly letter: DeadLetterId;
  /** When the outcome was written that is tried again; null: there was none. */
  readonly deadLetteredAt: string | null;
  /** True once the log has it. Before that its sender may have died: a repeat sends it. */
  readonly sent: boolean;
}
export interface RememberedRequest extends Request {
  /** Says that the log has it. */
  remember(): Promise<void>;
}

/**
 * This request, or the earlier one with the same key. Without a key, or while the read models are away, every request is a new one, which harms
 * nobody: the inbox takes a replay only while the outcome is DEAD_LETTERED. Throws ApiError: BAD_USER_INPUT, IDEMPOTENCY_CONFLICT.
 */
export async function replayRequest(
  context: RequestContext,
  key: string | null | undefined,
  request: Pick<Request, 'letter' | 'deadLetteredAt'>,
): Promise<RememberedRequest> {
  const fresh = { ...request, sent: false };
  if (key == null) return { ...fresh, remember: async () => undefined };
  checkKey(key);
  const { tenant } = context.identity;
  const ref = { tenant, kind: 'replay', id: await keyedIdBody(tenant, `replay:${key}`) } as const;
  const putOf = (one: Request): ViewPut => ({ ...ref, version: one.sent ? 2 : 1, doc: JSON.stringify(one), index: null, ttlSeconds: RECEIPT_TTL_SECONDS });
  const { readModels } = context.ports;
  const stored = await orWarn(context, async () => JSON.parse((await readModels.putIfAbsent(putOf(fresh))).doc) as Request);
  const first = stored ?? fresh;
  if (first.letter !== request.letter) throw conflictingKey();
  return { ...first, remember: async () => void (await orWarn(context, () => readModels.put([putOf({ ...first, sent: true })]))) };
}

async function orWarn<T>({ ports, requestId }: RequestContext, step: () => Promise<T>): Promise<T | null> {
  try {
    return await step();
  } catch (error) {
    ports.logger.warn({ requestId, error: String(error) }, 'a replay could not be remembered under its key; the inbox decides');
    return null;
  }
}
