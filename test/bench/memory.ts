/** What a process has resident. */
import { readFileSync } from 'node:fs';

/** Null where it cannot be known. */
export function residentKilobytes(pid: number): number | null {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN);
  } catch {
    return null;
  }
}

/** Looks now and every so often until the answer is called, which looks once more. Megabytes. */
export function watchMemory(pid: number, everyMs: number): () => readonly number[] {
  const seen: number[] = [];
  const look = (): void => void seen.push((residentKilobytes(pid) ?? Number.NaN) / 1_024);
  look();
  const looking = setInterval(look, everyMs);
  return () => {
    clearInterval(looking);
    look();
    return seen;
  };
}
