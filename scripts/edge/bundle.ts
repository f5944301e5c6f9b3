/** The gateway for the edge, bundled: one start file, and what it loads when it is first needed. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, type Plugin } from 'esbuild';

export interface EdgeFile {
  /** Beside the others. */
  readonly name: string;
  readonly contents: Uint8Array;
  readonly gzipBytes: number;
  /** True for what every isolate loads before its first answer; the others are loaded by `import()`. */
  readonly isStart: boolean;
}
export interface EdgeBundle {
  /** The entry first. */
  readonly files: readonly EdgeFile[];
  /** Sources, relative to the repository. */
  readonly inputs: readonly string[];
  /** What is left to the platform: node: modules would stand here. */
  readonly imports: readonly string[];
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const EDGE_ENTRY = 'main.edge.js';

/** What is in a package and would never be used here: its file, and what stands for it. */
const LEFT_OUT: readonly { readonly file: RegExp; readonly instead: string }[] = [
  // Pages that gateway/yoga.ts has switched off, as text.
  { file: /graphql-yoga\/esm\/(landing-page-html|graphiql-html)\.js$/, instead: 'export default ""' },
  // The schema is left in the order in which it is written.
  { file: /graphql\/utilities\/lexicographicSortSchema\.mjs$/, instead: 'export const lexicographicSortSchema = (schema) => schema;' },
  // Tokens that are encrypted: ours are signed (platform/auth/verify.ts).
  { file: /jose\/dist\/webapi\/lib\/jwe_algorithms\.js$/, instead: 'export const [JWE, isJWECEKTransport, jweAlgorithm, jweEncryption] = [{}];' },
  // Whether the schema is one at all: test/edge/bundle.test.ts asks that of the same schema, once instead of at each start.
  { file: /graphql\/type\/validate\.mjs$/, instead: 'export const validateSchema = () => [];\nexport const assertValidSchema = () => undefined;' },
];

const leaveOut: Plugin = {
  name: 'leave out',
  setup(bundler) {
    for (const { file, instead } of LEFT_OUT) bundler.onLoad({ filter: file }, () => ({ contents: instead, loader: 'js' }));
  },
};

/**
 * Sentences for people who read the schema or the table of variables, which are a twentieth of all there is to load: they read them in the repository,
 * or from a gateway on Node. Introspection at the edge answers the same schema without descriptions.
 */
const TEXT = String.raw`('[^'\n]*'|"[^"\n]*")(\s*\+\s*('[^'\n]*'|"[^"\n]*"))*`;
const FOR_PEOPLE: readonly { readonly file: RegExp; readonly text: RegExp; readonly instead: string }[] = [
  { file: /[/\\]schema[/\\][\w-]+\.ts$/, text: new RegExp(String.raw`\bdescription:\s*${TEXT},?`, 'g'), instead: '' },
  // Comments of Lua, and the spaces before its lines.
  { file: /[/\\]redis-scripts[/\\][\w-]+\.ts$/, text: /^ *(--[^\n]*\n *)*/gm, instead: '' },
  { file: /[/\\]config[/\\]variables\.ts$/, text: new RegExp(String.raw`\bmeaning:\s*${TEXT}`, 'g'), instead: "meaning: ''" },
];

const withoutTexts: Plugin = {
  name: 'without texts for people',
  setup(bundler) {
    for (const { file, text, instead } of FOR_PEOPLE) {
      bundler.onLoad({ filter: file }, async ({ path }) => ({ contents: (await readFile(path, 'utf8')).replaceAll(text, instead), loader: 'ts' }));
    }
  },
};

/** Yoga brings a copy of its own, of another version: one is enough. */
const oneLruCache: Plugin = {
  name: 'one lru-cache',
  setup(bundler) {
    const isOurs = true;
    bundler.onResolve({ filter: /^lru-cache$/ }, ({ kind, pluginData }) =>
      pluginData === isOurs ? null : bundler.resolve('lru-cache', { kind, resolveDir: ROOT, pluginData: isOurs }),
    );
  },
};

/** Writes nothing. */
export async function bundleEdge(): Promise<EdgeBundle> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { 'main.edge': 'gateway/main.edge.ts' },
    outdir: 'dist/edge',
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2024',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['browser', 'module', 'main'],
    // What nobody uses may go, although it would have been frozen (rules for schemas in graphql).
    pure: ['Object.freeze'],
    plugins: [leaveOut, withoutTexts, oneLruCache],
    logLevel: 'silent',
  });
  const started = startFiles(metafile);
  const files = outputFiles.map(({ path, contents }): EdgeFile => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return { name, contents, gzipBytes: gzipSync(contents, { level: 9 }).byteLength, isStart: started.has(`dist/edge/${name}`) };
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  return {
    files: files.toSorted((a, b) => Number(b.name === EDGE_ENTRY) - Number(a.name === EDGE_ENTRY)),
    inputs: Object.keys(metafile.inputs),
    imports: imports.filter(({ external }) => external).map(({ path }) => path),
  };
}

/** What the entry imports, and what those import, without waiting to need it. */
function startFiles({ outputs }: Metafile): ReadonlySet<string> {
  const found = new Set([`dist/edge/${EDGE_ENTRY}`]);
  for (const path of found) for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement') found.add(next);
  return found;
}
