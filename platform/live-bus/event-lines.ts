/** The `data:` lines of a server-sent event stream, one by one, with a watch on its life. Web-standard only. */
export interface EventLines {
  /** The next `data:` line's text; undefined at the end. Throws what the stream throws. */
  next(): Promise<string | undefined>;
  /** When the last bytes came, comments included (performance.now: nobody sets that clock). */
  lastBytesAtMs(): number;
  /**
   * When the last bytes came of which it is known that none older wait behind them. What comes at once after a long silence may have been sent long ago
   * (this process stood still, a way was blocked): that counts only once it is over.
   */
  lastSignAtMs(): number;
}

const LONG_SILENCE_MS = 1_000;
/** What waited comes at once; what comes later than this is new. */
const BACKLOG_MS = 300;

export function createEventLines(body: AsyncIterable<Uint8Array>): EventLines {
  const reader = body[Symbol.asyncIterator]();
  const decoder = new TextDecoder();
  const lines: string[] = [];
  let taken = 0;
  let rest = '';
  let lastBytesAtMs = performance.now();
  let lastSignAtMs = lastBytesAtMs;
  let backlogUntilMs = -Infinity;

  const noteBytes = (): void => {
    const nowMs = performance.now();
    if (nowMs - lastBytesAtMs > LONG_SILENCE_MS) backlogUntilMs = nowMs + BACKLOG_MS;
    lastBytesAtMs = nowMs;
    if (nowMs >= backlogUntilMs) lastSignAtMs = nowMs;
  };

  const readMore = async (): Promise<boolean> => {
    const { done, value } = await reader.next();
    if (done === true) return false;
    noteBytes();
    const parts = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    lines.splice(0, taken);
    taken = 0;
    for (const part of parts) if (part.startsWith('data:')) lines.push(part.slice(part[5] === ' ' ? 6 : 5).replace(/\r$/, ''));
    return true;
  };

  return {
    async next() {
      while (taken >= lines.length) if (!(await readMore())) return undefined;
      return lines[taken++];
    },
    lastBytesAtMs: () => lastBytesAtMs,
    lastSignAtMs: () => lastSignAtMs,
  };
}
