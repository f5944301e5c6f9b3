/**
 * A prepared, empty database as a tar.gz: unpacking it takes a sixth of the time that making one anew takes.
 * Kept beside the packages, so that every new folder and every test of this checkout uses the same one.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A template fits the version of PGlite that made it. */
function engineVersion(): string {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const manifest: unknown = JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';
}

const templateFile = (): string => fileURLToPath(new URL(`../../node_modules/.cache/lead-intelligence/pglite-${engineVersion()}.tar.gz`, import.meta.url));

/** null where none was made yet. */
export function findTemplate(): string | null {
  const file = templateFile();
  return existsSync(file) ? file : null;
}

/** Keeps the template, whole or not at all. False where the place cannot be written: the next new folder takes its time again, nothing else. */
export async function keepTemplate(bytes: Uint8Array): Promise<boolean> {
  const file = templateFile();
  const part = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(part, bytes);
    await rename(part, file);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && ['EACCES', 'EROFS', 'EPERM', 'ENOSPC'].includes(String(error.code)))) throw error;
    await rm(part, { force: true });
    return false;
  }
}
