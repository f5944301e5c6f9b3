/** What was put aside, a page at a time, from the write model (by the origin): the read models know nothing of it. */
import type { DeadLetter } from '../../platform/dead-letters/dead-letters.ts';
import { parsePlace, placeOf } from '../../platform/dead-letters/place.ts';
import { connectionOf, type Connection, type PageArgs } from '../connection.ts';
import type { RequestContext } from '../context.ts';
import { decodeCursor, encodeCursor, pageSize } from '../cursors.ts';
import { badInput, unavailable } from '../errors.ts';
import { requireDeadLetterAuthority } from './authority.ts';
import { deadLetterFilter, type DeadLetterFilterInput } from './filter.ts';

export interface DeadLetterListArgs extends PageArgs {
  readonly filter?: DeadLetterFilterInput | null | undefined;
}

const LIST = 'deadLetters';

/** Newest first. A cursor is a place in the list, so a page stays right while more is put aside. Throws ApiError: FORBIDDEN, BAD_USER_INPUT, UNAVAILABLE. */
export async function listDeadLetters(context: RequestContext, args: DeadLetterListArgs): Promise<Connection<DeadLetter>> {
  requireDeadLetterAuthority(context);
  const first = pageSize(args.first);
  const after = decodeCursor(LIST, args.after);
  if (after !== undefined && parsePlace(after) === null) throw badInput('after is no cursor of this list', 'after');
  const filter = deadLetterFilter(args.filter ?? {});
  const { tenant } = context.identity;
  const page = await context.ports.origin.deadLetters({ tenant, filter, first, after }).catch((error: unknown) => {
    throw unavailable('dead letters cannot be read at the moment', error);
  });
  const edges = page.letters.map((letter) => ({ cursor: encodeCursor(LIST, placeOf(letter)), node: letter }));
  return connectionOf(edges, { hasNextPage: page.hasNextPage, hasPreviousPage: after !== undefined });
}
