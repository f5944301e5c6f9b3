/** Builds the dashboard when it is missing or older than its sources, and not otherwise. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../dashboard/', import.meta.url));
export const DASHBOARD_DIST = join(ROOT, 'dist');
const STAMP = join(DASHBOARD_DIST, '.sources');

/** A digest of every source file's path and bytes. */
async function sourcesDigest(): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(ROOT, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.filter((path) => !path.startsWith(DASHBOARD_DIST)).sort()) hash.update(file.slice(ROOT.length)).update(await readFile(file));
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
