import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** Everything that speaks HTTP and GraphQL and checks tokens. */
const SHELL = `
  export { createApp } from './gateway/app.ts';
  export { createTokenVerifier } from './platform/auth/verify.ts';
`;
/** A whole gateway: the shell, the schema, its resolvers. */
const GATEWAY = `
  ${SHELL}
  export { schema } from './schema/schema.ts';
  export { createGatewayShared, createRequestContext } from './resolvers/request-context.ts';
`;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Budgets. A visible commit moves them, nothing else. */
const SHELL_GZIP_BYTES_MAX = 110_000;
const GATEWAY_GZIP_BYTES_MAX = 173_000;

/** Packages and modules that need more than web standards, or that only a browser's page needs. */
const STRANGERS =
  /node_modules\/(kafkajs|postgres|drizzle-orm|pino|ws|prom-client|undici|ioredis|graphql-ws|@electric-sql|@graphql-yoga\/render-graphiql)\/|gateway\/(node\/|compose|main\.node)/;

async function bundle(entry: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: entry, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2024',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['browser', 'module', 'main'],
    logLevel: 'silent',
  });
  return {
    inputs: Object.keys(metafile.inputs),
    // What the bundle leaves to the platform: node: modules would stand here.
    imports: Object.values(metafile.outputs).flatMap((output) => output.imports.map((one) => one.path)),
    gzipBytes: gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).byteLength,
  };
}

describe('the bundle for the edge', () => {
  it.each([
    ['shell', SHELL, SHELL_GZIP_BYTES_MAX],
    ['gateway', GATEWAY, GATEWAY_GZIP_BYTES_MAX],
  ])('of the %s holds web standards only, and stays small', async (name, entry, gzipBytesMax) => {
    const { inputs, imports, gzipBytes } = await bundle(entry);
    console.info(`edge bundle of the ${name}: ${gzipBytes} bytes gzip, ${gzipBytesMax} at the most`);
    expect(inputs.filter((path) => STRANGERS.test(path))).toEqual([]);
    expect(imports).toEqual([]);
    expect(gzipBytes).toBeLessThanOrEqual(gzipBytesMax);
  });
});
