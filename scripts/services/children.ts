/** No server outlives us: whatever way this process ends, the children that it started are told to end. */
import type { ChildProcess } from 'node:child_process';

const children = new Map<ChildProcess, NodeJS.Signals>();
let watching = false;

export function rememberChild(child: ChildProcess, stopSignal: NodeJS.Signals): void {
  children.set(child, stopSignal);
  if (watching) return;
  watching = true;
  process.once('exit', endAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.prependListener(signal, onSignal);
}

export const forgetChild = (child: ChildProcess): void => void children.delete(child);

function endAll(): void {
  for (const [child, stopSignal] of children) child.kill(stopSignal);
}

/** Where nobody else handles the signal we keep its meaning: end the children, then end by that signal. First in line, to see those who listen once. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  endAll();
  process.removeListener(signal, onSignal);
  process.kill(process.pid, signal);
}
