/** What all bundles of processes for node have in common. */
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'esbuild';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What is imported of node itself, with `node:` or without. */
export const IS_BUILTIN = new RegExp(`^(node:.+|${builtinModules.map((name) => name.replaceAll('/', '\\/')).join('|')})$`);

/** Of undici only the pool and its requests are used; the package's entry, which puts the two together, loads a second fetch, caches and mocks. */
const POOL = `
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import request from 'undici/lib/api/api-request.js';
export { default as Pool } from 'undici/lib/dispatcher/pool.js';
Dispatcher.prototype.request = request;
`;

export const poolAlone: Plugin = {
  name: "undici's pool",
  setup(bundler) {
    bundler.onResolve({ filter: /^undici$/ }, ({ path }) => ({ path, namespace: 'pool' }));
    bundler.onLoad({ filter: /.*/, namespace: 'pool' }, () => ({ contents: POOL, resolveDir: ROOT }));
  },
};

/** graphql-jit asks for files of graphql by their CommonJS names; everybody else gets its ES modules, and types of one are none of the other's. */
export const oneGraphql: Plugin = {
  name: 'one copy of graphql',
  setup(bundler) {
    bundler.onResolve({ filter: /^graphql\/.+\.js$/ }, ({ path, kind, importer, resolveDir }) =>
      bundler.resolve(path.replace(/\.js$/, '.mjs'), { kind, importer, resolveDir }),
    );
  },
};

export const BUNDLING = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node24',
  // Parts of packages that nobody uses can be left out of their modules only.
  mainFields: ['module', 'main'],
  conditions: ['module'],
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
} as const satisfies BuildOptions;
