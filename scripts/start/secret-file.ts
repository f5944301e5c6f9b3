/** A secret of this installation: made at the first start, kept in a file that only its owner can read. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export async function loadSecret(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  try {
    // `wx` makes exactly one of several starts the one that decides.
    await writeFile(path, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}
