/** How lists find a command's receipt: they do not; it is asked for by its id. */
import type { CommandReceipt } from '../messages.ts';
import type { IndexEntry } from './index-entry.ts';

export const commandIndex = (_receipt: CommandReceipt): IndexEntry | null => null;
