/** The processes of the scaled size as files that need no node_modules and no type stripping: what a container holds, and what starts soonest. */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { MIGRATIONS_FOLDER } from '../../platform/event-store/migrate.ts';

export const PROCESSES = { gateway: 'gateway/main.node.ts', worker: 'workers/main.ts' } as const;
export type ProcessName = keyof typeof PROCESSES;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** For code that V8 has compiled: filled by each process that ends in order, read by the next one. */
const CODE_CACHE = 'compiled';

/** Where `bundleProcesses` puts the one to start. */
export const builtFile = (folder: string, name: ProcessName): string => join(folder, `${name}.js`);

/** Empties `folder` and writes `<process>.js` into it, each with a folder of what it needs: laid out like the sources, which look for files beside themselves. */
export async function bundleProcesses(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const name of Object.keys(PROCESSES) as ProcessName[]) {
    // Each by itself: of a package that both use, one needs less than the other.
    await bundle(PROCESSES[name], join(folder, name));
    await writeFile(builtFile(folder, name), entryOf(name));
  }
  await cp(MIGRATIONS_FOLDER, join(folder, 'worker', 'migrations'), { recursive: true });
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ type: 'module' })}\n`);
}

async function bundle(file: string, folder: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: { main: file },
    outdir: folder,
    bundle: true,
    // What is imported later (GraphiQL's page, clients of the log) is not read before.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Parts of packages that nobody uses can be left out of their modules only.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
    plugins: [builtinsAtOnce, poolAlone],
  });
}

/** Turns the code cache on before there is anything to compile. Where the folder cannot be written to, things only take longer. */
const entryOf = (
  name: ProcessName,
): string => `process.getBuiltinModule('node:module').enableCompileCache(new URL('./${CODE_CACHE}/', import.meta.url).pathname);
await import('./${name}/main.js');
`;

const isBuiltin = new RegExp(`^(node:.+|${builtinModules.map((name) => name.replaceAll('/', '\\/')).join('|')})$`);

/** An import of node:http makes all of its names, among them those that load node's own fetch: 40 ms of processor time. Asked for like this it does not. */
const builtinsAtOnce: Plugin = {
  name: "node's modules without their ES module faces",
  setup(bundler) {
    bundler.onResolve({ filter: isBuiltin }, ({ path }) => ({ path: path.replace(/^node:/, ''), namespace: 'builtin' }));
    bundler.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
      loader: 'js',
    }));
  },
};

/** Of undici only the pool and its requests are used; the package's entry, which puts the two together, loads a second fetch, caches and mocks. */
const POOL = `
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import request from 'undici/lib/api/api-request.js';
export { default as Pool } from 'undici/lib/dispatcher/pool.js';
Dispatcher.prototype.request = request;
`;

const poolAlone: Plugin = {
  name: "undici's pool",
  setup(bundler) {
    bundler.onResolve({ filter: /^undici$/ }, ({ path }) => ({ path, namespace: 'pool' }));
    bundler.onLoad({ filter: /.*/, namespace: 'pool' }, () => ({ contents: POOL, resolveDir: ROOT }));
  },
};
