/** Anything by its id; the id's prefix says what it is. */
import type { Agent } from '../domain/agent/agent.ts';
import { isDeadLetterId, kindOfId } from '../domain/ids.ts';
import type { Lead } from '../domain/lead/lead.ts';
import type { CommandReceipt } from '../domain/messages.ts';
import type { Property } from '../domain/property/property.ts';
import type { DeadLetter } from '../platform/dead-letters/dead-letters.ts';
import type { RequestContext } from './context.ts';
import { mayHandleDeadLetters } from './dead-letters/authority.ts';
import { readDeadLetter } from './dead-letters/dead-letter.ts';
import { badInput } from './errors.ts';

export type NodeValue = Lead | Property | Agent | CommandReceipt | DeadLetter;
const NODES_MAX = 100;

/** Null where there is nothing of the tenant under that id, and for what is no id. */
export async function findNode(context: RequestContext, id: string): Promise<NodeValue | null> {
  if (isDeadLetterId(id)) return mayHandleDeadLetters(context) ? ((await readDeadLetter(context, id))?.letter ?? null) : null;
  const kind = kindOfId(id);
  return kind === null ? null : context.loaders[kind](id);
}

/** In the order of the ids. Throws ApiError (BAD_USER_INPUT) for more than 100. */
export async function findNodes(context: RequestContext, ids: readonly string[]): Promise<(NodeValue | null)[]> {
  if (ids.length > NODES_MAX) throw badInput(`at most ${NODES_MAX} ids at a time, not ${ids.length}`, 'ids');
  return Promise.all(ids.map((id) => findNode(context, id)));
}
