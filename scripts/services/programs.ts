/** Where the programs are that we start, and what to say where they are not. */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ServiceMissingError } from './service.ts';

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The program's path, from PATH or one of the further folders. Throws ServiceMissingError with the way to install it. */
export function findProgram(program: string, install: string, furtherFolders: readonly string[] = []): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...furtherFolders];
  const found = folders.map((folder) => join(folder, program)).find(isProgram);
  if (found) return found;
  throw new ServiceMissingError(`\`${program}\` is missing. ${install}`);
}

/** Debian keeps Postgres' server programs out of PATH, one folder a version; the newest comes first. Homebrew's kegs likewise. */
export function postgresFolders(): string[] {
  const versions = (root: string, pattern: RegExp): string[] =>
    existsSync(root)
      ? readdirSync(root)
          .filter((name) => pattern.test(name))
          .sort((a, b) => Number(b.replace(/\D/g, '')) - Number(a.replace(/\D/g, '')))
          .map((name) => join(root, name, 'bin'))
      : [];
  return [...versions('/usr/lib/postgresql', /^\d+$/), ...versions('/opt/homebrew/opt', /^postgresql@\d+$/), ...versions('/usr/local/opt', /^postgresql@\d+$/)];
}
