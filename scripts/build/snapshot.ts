/** A process as node keeps it in a file, a start-up snapshot: everything is loaded, the schema is built, nothing has begun. To start it is to read it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import http2 from 'node:http2';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { BUNDLING, IS_BUILTIN, oneGraphql, poolAlone, ROOT } from './bundling.ts';

export interface SnapshotOptions {
  /** The source of the process. It asks `startupSnapshot.isBuildingSnapshot()` what to do, and waits for nothing while it is loaded. */
  readonly entry: string;
  /** Where the bundle of the same process is: beside the snapshot, and named like it. */
  readonly folder: string;
  /** The file to be written, for `node --snapshot-blob`. */
  readonly blob: string;
  /** Packages that the bundle has in a file of their own, by that file: too large to be read at each start. */
  readonly leftOut: Readonly<Record<string, string>>;
}

/** For this version of node and this kind of machine: any other refuses it. Rejects with what was printed where it cannot be made. */
export async function makeSnapshot({ entry, folder, blob, leftOut }: SnapshotOptions): Promise<void> {
  const script = join(folder, 'snapshot.cjs');
  await build({
    ...BUNDLING,
    entryPoints: [entry],
    outfile: script,
    format: 'cjs',
    banner: { js: await readFile(join(ROOT, 'scripts/build/snapshot-loading.cjs'), 'utf8') },
    footer: { js: 'snapshot.loaded();' },
    define: { 'import.meta.url': 'snapshot.fileUrl', 'process.env.NODE_ENV': '"production"' },
    plugins: [builtinsWhenUsed, readWhenUsed(leftOut), poolAlone, oneGraphql],
  });
  // Nothing of this shell's environment is for processes that start elsewhere.
  await promisify(execFile)(process.execPath, ['--snapshot-blob', blob, '--build-snapshot', script], { env: {} });
}

/** What modules of node's open in the system no snapshot can hold. So their names are looked up when they are used; modules that are functions hold nothing. */
const builtinsWhenUsed: Plugin = {
  name: "node's modules, looked into when they are used",
  setup(bundler) {
    bundler.onResolve({ filter: IS_BUILTIN }, ({ path }) => ({ path: path.replace(/^node:/, ''), namespace: 'builtin' }));
    bundler.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: whenUsed(path), loader: 'js' }));
  },
};

function whenUsed(name: string): string {
  const module = process.getBuiltinModule(`node:${name}`) as object;
  if (typeof module === 'function' || name === 'process') return `module.exports = process.getBuiltinModule('node:${name}');`;
  // undici makes a list of these while it is loaded.
  if (name === 'http2')
    return `exports.constants = ${JSON.stringify(http2.constants)}; exports.connect = (...args) => snapshot.ofNode('http2', 'connect')(...args);`;
  return `for (const name of ${JSON.stringify(Object.keys(module))}) {
    Object.defineProperty(exports, name, { enumerable: true, get: () => snapshot.ofNode('${name}', name) });
  }`;
}

/** A snapshot cannot `import()`. */
function readWhenUsed(files: SnapshotOptions['leftOut']): Plugin {
  return {
    name: 'packages in files of their own',
    setup(bundler) {
      for (const [name, file] of Object.entries(files)) {
        bundler.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: file, namespace: 'left-out' }));
      }
      bundler.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
        contents: `module.exports = process.getBuiltinModule('node:module').createRequire(snapshot.fileUrl)('./${path}');`,
        loader: 'js',
      }));
    },
  };
}
