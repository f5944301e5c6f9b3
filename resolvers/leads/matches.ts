/** The homes that suit a lead, a page at a time. They come with the lead: no read. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { PropertyMatch } from '../../domain/matching/property-match.ts';
import { connectionOf, type Connection, type PageArgs } from '../connection.ts';
import { decodeCursor, encodeCursor, pageSize } from '../cursors.ts';
import { badInput } from '../errors.ts';

const LIST = 'matches';
/** The score stands in the cursor, so that a page goes on at the right place although the match itself went away. */
const cursorOf = (match: PropertyMatch): string => encodeCursor(LIST, `${match.score} ${match.propertyId}`);

export function matchesOf(lead: Lead, args: PageArgs): Connection<PropertyMatch> {
  const size = pageSize(args.first);
  const place = decodeCursor(LIST, args.after);
  const rest = place === undefined ? lead.matches : behind(lead.matches, place);
  const page = rest.slice(0, size);
  return connectionOf(
    page.map((node) => ({ cursor: cursorOf(node), node })),
    { hasNextPage: rest.length > size, hasPreviousPage: place !== undefined },
  );
}

function behind(matches: readonly PropertyMatch[], place: string): readonly PropertyMatch[] {
  const [scoreText = '', propertyId = ''] = place.split(' ');
  const score = Number(scoreText);
  if (scoreText === '' || Number.isNaN(score)) throw badInput('after is no cursor of this list', 'after');
  const at = matches.findIndex((match) => match.propertyId === propertyId && match.score === score);
  return at === -1 ? matches.filter((match) => match.score < score) : matches.slice(at + 1);
}
