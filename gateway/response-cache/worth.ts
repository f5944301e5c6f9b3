/**
 * Which documents are worth a question to the shared answers. One question is one request to Redis: it pays where an answer takes more than that. What comes
 * out of memory, or by one request of its own, is made sooner than looked for; what changes faster than it is asked for is looked for in vain. Edge safe.
 */
import { LRUCache } from 'lru-cache';

export interface Worth {
  /** True of documents that nobody here has answered yet, too: behind a start nothing is in memory, and others have answered them. */
  isWorth(document: string): boolean;
  /** It was asked for, and there or not. */
  asked(document: string, wasThere: boolean): void;
  /** An answer to it took so many requests. True where that is worth keeping. */
  learn(document: string, farReads: number): boolean;
}

interface Known {
  isWorth: boolean;
  /** Questions in a row that were in vain. */
  vain: number;
  /** Of those that come behind too many of them. */
  turns: number;
}

/** With one request an answer is no sooner found than made. */
const FAR_READS_MIN = 2;
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
    learn(document, farReads) {
      const worth = of(document);
      worth.isWorth = farReads >= FAR_READS_MIN;
      return worth.isWorth;
    },
  };
}
