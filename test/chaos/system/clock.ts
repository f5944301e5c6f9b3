/**
 * Loaded before a process of the product (`node --import`): its clock is ahead of or behind the machine's by as many milliseconds as a file says.
 * The file's path stands in this module's own address (`?file=…`). Timers are not touched: they run on another clock.
 */
import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 100;
const file = new URL(import.meta.url).searchParams.get('file') ?? '';
const RealDate = Date;
let offsetMs = 0;

function look(): void {
  try {
    offsetMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    // Nobody has set this clock yet.
    offsetMs = 0;
  }
}

const now = (): number => RealDate.now() + offsetMs;

globalThis.Date = new Proxy(RealDate, {
  get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  construct: (target, args: unknown[], newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  apply: () => new RealDate(now()).toString(),
});

look();
setInterval(look, LOOK_EVERY_MS).unref();
