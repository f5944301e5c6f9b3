/** The processes of the scaled size as files that need no node_modules and no type stripping: what a container holds, and what starts soonest. */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { MIGRATIONS_FOLDER } from '../../platform/event-store/migrate.ts';
import { BUNDLING, IS_BUILTIN, oneGraphql, poolAlone } from './bundling.ts';
import { makeSnapshot } from './snapshot.ts';

export const PROCESSES = { gateway: 'gateway/main.node.ts', worker: 'workers/main.ts' } as const;
export type ProcessName = keyof typeof PROCESSES;

/** For code that V8 has compiled: filled by each process that ends in order, read by the next one. */
const CODE_CACHE = 'compiled';
const GRAPHIQL = '@graphql-yoga/render-graphiql';

/** Where `bundleProcesses` puts the one to start. */
export const builtFile = (folder: string, name: ProcessName): string => join(folder, `${name}.js`);

/** Where it puts the gateway as a snapshot, for `node --snapshot-blob`. */
export const gatewaySnapshot = (folder: string): string => join(folder, 'gateway.blob');

/** Empties `folder` and writes `<process>.js` into it, each with a folder of what it needs: laid out like the sources, which look for files beside themselves. */
export async function bundleProcesses(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  // Each by itself: of a package that both use, one needs less than the other.
  await bundle({ main: PROCESSES.gateway, graphiql: GRAPHIQL }, join(folder, 'gateway'));
  await bundle({ main: PROCESSES.worker }, join(folder, 'worker'));
  await Promise.all((Object.keys(PROCESSES) as ProcessName[]).map((name) => writeFile(builtFile(folder, name), entryOf(name))));
  await cp(MIGRATIONS_FOLDER, join(folder, 'worker', 'migrations'), { recursive: true });
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ type: 'module' })}\n`);
  await makeSnapshot({ entry: PROCESSES.gateway, folder: join(folder, 'gateway'), blob: gatewaySnapshot(folder), leftOut: { [GRAPHIQL]: 'graphiql.js' } });
}

async function bundle(entryPoints: Readonly<Record<string, string>>, outdir: string): Promise<void> {
  await build({
    ...BUNDLING,
    entryPoints,
    outdir,
    // What is imported later (GraphiQL's page, clients of the log) is not read before.
    splitting: true,
    format: 'esm',
    plugins: [builtinsAtOnce, poolAlone, oneGraphql],
  });
}

/** Turns the code cache on before there is anything to compile. Where the folder cannot be written to, things only take longer. */
const entryOf = (
  name: ProcessName,
): string => `process.getBuiltinModule('node:module').enableCompileCache(new URL('./${CODE_CACHE}/', import.meta.url).pathname);
await import('./${name}/main.js');
`;

/** An import of node:http makes all of its names, among them those that load node's own fetch: 40 ms of processor time. Asked for like this it does not. */
const builtinsAtOnce: Plugin = {
  name: "node's modules without their ES module faces",
  setup(bundler) {
    bundler.onResolve({ filter: IS_BUILTIN }, ({ path }) => ({ path: path.replace(/^node:/, ''), namespace: 'builtin' }));
    bundler.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
      loader: 'js',
    }));
  },
};
