/** The dashboard's built files, from a folder. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import type { Assets } from '../routes.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.map': 'application/json',
};

/** The page runs its own files and talks to its own server. Styles in line: charts set them on their elements. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const IMMUTABLE = 'public, max-age=31536000, immutable';

/** The bundler puts a hash of the content into the names of what lies in this folder. */
const HASHED_FOLDER = '/assets/';

/**
 * Reads `folder` as it is now: only what is in it can ever be served, whatever a path says. A path without a file extension is a page of the
 * dashboard and gets index.html. Null answers everywhere where the folder is not there.
 */
export async function createStaticFiles(folder: string): Promise<Assets> {
  const files = await listFiles(folder);
  return async (path) => {
    const name = extname(path) === '' ? '/index.html' : path;
    const file = files.get(name);
    if (file === undefined) return null;
    return new Response(await readFile(file), { headers: headersFor(name) });
  };
}

async function listFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return new Map(paths.map((path) => [`/${relative(folder, path).split(sep).join('/')}`, path]));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    throw error;
  }
}

function headersFor(name: string): Record<string, string> {
  return {
    'content-type': CONTENT_TYPES[extname(name)] ?? 'application/octet-stream',
    'cache-control': name.startsWith(HASHED_FOLDER) ? IMMUTABLE : 'no-cache',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'referrer-policy': 'same-origin',
  };
}
