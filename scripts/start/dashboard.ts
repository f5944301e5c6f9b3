/** Builds the dashboard when it is missing or older than its sources, and not otherwise. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../dashboard/', import.meta.url));
export const DASHBOARD_DIST = join(ROOT, 'dist');
const OPERATIONS = fileURLToPath(new URL('../../schema/operations/', import.meta.url));
const STAMP = join(DASHBOARD_DIST, '.sources');

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** A digest of every source file's path and bytes; the page's documents are among them. */
async function sourcesDigest(): Promise<string> {
  const hash = createHash('sha256');
  const files = [...(await filesIn(ROOT)), ...(await filesIn(OPERATIONS))].filter((path) => !path.startsWith(DASHBOARD_DIST));
  for (const file of files.sort()) hash.update(relative(ROOT, file)).update(await readFile(file));
  return hash.digest('hex');
}

/** Answers whether it had to be built. Throws where the build fails. */
export async function buildDashboard(): Promise<boolean> {
  const digest = await sourcesDigest();
  if (existsSync(STAMP) && (await readFile(STAMP, 'utf8')) === digest) return false;
  // Loaded only when needed: the bundler costs half a second to load.
  const { build } = await import('vite');
  await build({ root: ROOT, configFile: join(ROOT, 'vite.config.ts'), logLevel: 'error' });
  await mkdir(DASHBOARD_DIST, { recursive: true });
  await writeFile(STAMP, digest);
  return true;
}
