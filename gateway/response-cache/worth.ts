/**
 * Which documents are worth a question to the shared answers. One question is one request to Redis: it pays where an answer takes more than that (ADR 26). What
 * comes out of memory, or by one request for a view or two, is made sooner than looked for; what changes faster than it is asked for is looked for in vain.
 * Edge safe.
 */
import { LRUCache } from 'lru-cache';

/** What an answer took from the read models, beside what was in memory. */
export interface Effort {
  readonly requests: number;
  readonly views: number;
}

export interface Worth {
  /** True of documents that nobody here has answered yet, too: behind a start nothing is in memory, and others have answered them. */
  isWorth(document: string): boolean;
  /** It was asked for, and there or not. */
  asked(document: string, wasThere: boolean): void;
  /** An answer to it was made. True where that took enough to be worth keeping. */
  learn(document: string, effort: Effort): boolean;
}

interface Known {
  isWorth: boolean;
  /** Questions in a row that were in vain. */
  vain: number;
  /** Of those that come behind too many of them. */
  turns: number;
}

/** In requests. With less an answer is hardly sooner found than made, and a question in vain costs more than a hit saves. */
const EFFORT_MIN = 2;
/** So many views are as much work as a request. */
const VIEWS_OF_REQUEST = 10;
/** Behind so many questions in vain only each of so many is asked. */
const VAIN_MAX = 8;
/** In characters of the documents. */
const KNOWN_MAX = 1_000_000;

export function createWorth(): Worth {
  const known = new LRUCache<string, Known>({ maxSize: KNOWN_MAX, sizeCalculation: (_worth, document) => document.length + 1 });
  const of = (document: string): Known => {
    const worth = known.get(document) ?? { isWorth: true, vain: 0, turns: 0 };
    known.set(document, worth);
    return worth;
  };
  return {
    isWorth(document) {
      const worth = of(document);
      if (!worth.isWorth || worth.vain < VAIN_MAX) return worth.isWorth;
      worth.turns = (worth.turns + 1) % VAIN_MAX;
      return worth.turns === 0;
    },
    asked(document, wasThere) {
      const worth = of(document);
      worth.vain = wasThere ? 0 : worth.vain + 1;
    },
    learn(document, { requests, views }) {
      const worth = of(document);
      worth.isWorth = requests + views / VIEWS_OF_REQUEST >= EFFORT_MIN;
      return worth.isWorth;
    },
  };
}
