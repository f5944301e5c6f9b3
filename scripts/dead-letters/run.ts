/** Does what `npm run dead-letters` was asked, with whatever source there is. */
import type { DeadLetter } from '../../platform/dead-letters/dead-letters.ts';
import type { Asked } from './arguments.ts';
import { lettersOf } from './list.ts';
import { pageOf, printable, tableOf } from './render.ts';
import { replayLetters, type Output } from './replay.ts';
import type { DeadLetterSource } from './source.ts';

/** The exit code: 1 where something is not there or could not be replayed. Lets errors of the source out. */
export async function runCommand(source: DeadLetterSource, asked: Asked, output: Output): Promise<0 | 1> {
  if (asked.command === 'show') return (await showLetter(source, asked, output)) ? 0 : 1;
  if (asked.command === 'replay') return (await replayLetters(source, asked, output)) ? 0 : 1;
  await listLetters(source, asked, output);
  return 0;
}

async function listLetters(source: DeadLetterSource, { filter, limit, json }: Extract<Asked, { command: 'list' }>, { print }: Output): Promise<void> {
  // One more than asked for tells whether there are more.
  const found: DeadLetter[] = [];
  for await (const letter of lettersOf(source, filter, limit + 1)) found.push(letter);
  const letters = found.slice(0, limit);
  if (json) return letters.forEach((letter) => print(JSON.stringify(letter)));
  if (letters.length > 0) print(tableOf(letters));
  print(`${letters.length} dead ${letters.length === 1 ? 'letter' : 'letters'}${found.length > limit ? ', and there are more: --limit' : ''}.`);
}

async function showLetter(source: DeadLetterSource, { id, json }: Extract<Asked, { command: 'show' }>, { print, complain }: Output): Promise<boolean> {
  const found = await source.get(id);
  if (found === null) complain(`there is no dead letter ${printable(id)} (or none that you may see)`);
  else print(json ? JSON.stringify(found) : pageOf(found));
  return found !== null;
}
