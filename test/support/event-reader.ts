/** Reads server-sent events line by line from a fetch response, for tests that wait for the next one. */
export interface EventReader {
  /** The next line that is neither empty nor a comment, without `data: `; undefined at the end of the stream. */
  next(): Promise<string | undefined>;
  /** Resolves at the next comment. */
  comment(): Promise<string>;
  stop(): void;
}

export async function readEvents(url: string, init: RequestInit): Promise<EventReader> {
  const abort = new AbortController();
  const response = await fetch(url, { ...init, signal: abort.signal });
  if (!response.ok || !response.body) throw new Error(`${response.status} ${await response.text()}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const lines: string[] = [];
  let rest = '';
  const line = async (): Promise<string | undefined> => {
    while (lines.length === 0) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      const parts = (rest + value).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts.filter((part) => part !== ''));
    }
    return lines.shift();
  };
  return {
    async next() {
      let found = await line();
      while (found?.startsWith(':')) found = await line();
      return found?.replace(/^data: /, '');
    },
    async comment() {
      let found = await line();
      while (found !== undefined && !found.startsWith(':')) found = await line();
      if (found === undefined) throw new Error('the stream ended');
      return found;
    },
    stop: () => abort.abort(),
  };
}
