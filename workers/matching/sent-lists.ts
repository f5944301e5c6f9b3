/** The lists that this process sent lately: they are on their way into the views, and what comes back is compared with them. */
import { LRUCache } from 'lru-cache';
import type { Lead } from '../../domain/lead/lead.ts';
import type { WorkerCommand } from '../kit/send-commands.ts';
import { sameList, type MatchList } from './lists.ts';

const LEADS_MAX = 10_000;
const LISTS_MAX = 8;
/** By then a list is in the views. */
const TTL_MS = 60_000;

type LeadKey = Pick<Lead, 'tenant' | 'id'>;
export interface SentLists {
  /** The list that the lead has or is about to have. */
  held(lead: LeadKey & Pick<Lead, 'matches'>): MatchList;
  /** Only what is in the log counts as sent. */
  note(commands: readonly WorkerCommand[]): void;
  /**
   * True where the list is what was to be expected: lists come back in the order they were sent. False where somebody else wrote one in
   * between, or an older one came last (another process, another lane): the lead's list is to be checked.
   */
  expected(lead: LeadKey, recorded: MatchList): boolean;
}

const compact = (list: MatchList): MatchList => list.map(({ propertyId, score }) => ({ propertyId, score }));

export function createSentLists(): SentLists {
  const lists = new LRUCache<string, MatchList[]>({ max: LEADS_MAX, ttl: TTL_MS });
  const key = ({ tenant, id }: LeadKey): string => `${tenant}:${id}`;
  return {
    held: (lead) => lists.get(key(lead))?.at(-1) ?? lead.matches,
    note(commands) {
      for (const { tenant, command } of commands) {
        if (command.type !== 'RecordMatches') continue;
        const lead = { tenant, id: command.leadId };
        lists.set(key(lead), [...(lists.get(key(lead)) ?? []), compact(command.matches)].slice(-LISTS_MAX));
      }
    },
    expected(lead, recorded) {
      const sent = lists.get(key(lead));
      const at = sent?.findIndex((list) => sameList(list, recorded)) ?? 0;
      if (at >= 0) lists.set(key(lead), sent?.slice(at) ?? [compact(recorded)]);
      return at >= 0;
    },
  };
}
