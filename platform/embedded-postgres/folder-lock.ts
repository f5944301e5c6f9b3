/**
 * One process at a time in a folder: two openers of one database folder lose writes, so a second is refused.
 * The lock is one of the operating system (through SQLite, which Node brings along), so it ends with its process, however that ends.
 * A file with a process number would need guessing: after a crash the number may belong to another program.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Somebody else works in the folder. */
export class FolderLockedError extends Error {
  override readonly name = 'FolderLockedError';
}

const SQLITE_BUSY = 5;

/** Takes the folder (made if missing) or throws a FolderLockedError that says who has it. The result gives it back. */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(folder, 'lock.sqlite'));
  const holderFile = join(folder, 'lock.holder');
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new FolderLockedError(`${folder} is in use by process ${readHolder(holderFile)}. Stop it first, or choose another DATA_DIR.`);
  }
  // For people only; the lock itself is what counts.
  writeFileSync(holderFile, String(process.pid));
  return () => lock.close();
}

const isBusy = (error: unknown): boolean => error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;

function readHolder(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // The holder has the lock and has not written its number yet.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'that is just starting';
    throw error;
  }
}
