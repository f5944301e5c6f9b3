import { agoWords, momentWords } from './words.ts';
import { useNow } from './use-now.ts';

/** `4m ago`, with the whole moment at hand. */
export function Ago({ at }: { readonly at: string }) {
  const nowMs = useNow();
  return (
    <time dateTime={at} title={momentWords(at)}>
      {agoWords(at, nowMs)}
    </time>
  );
}
