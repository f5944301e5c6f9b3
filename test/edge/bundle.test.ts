import { validateSchema } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../schema/schema.ts';
import { bundleEdge, EDGE_ENTRY, type EdgeBundle } from '../../scripts/edge/bundle.ts';

/**
 * Budgets. A visible commit moves them, nothing else. Start: what every isolate loads before its first answer. All: with what it loads when it is
 * first needed (Yoga for streams and errors; commands; files of leads; webhooks; live news).
 */
const START_GZIP_BYTES_MAX = 110_000;
const ALL_GZIP_BYTES_MAX = 217_000;

/** Packages and modules that need more than web standards, or that only a browser's page needs. */
const STRANGERS =
  /node_modules\/(kafkajs|postgres|drizzle-orm|pino|ws|prom-client|undici|ioredis|graphql-ws|@electric-sql|@graphql-yoga\/render-graphiql)\/|gateway\/(node\/|compose\.ts|main\.node)/;

describe('the bundle for the edge', () => {
  let bundle: EdgeBundle;
  beforeAll(async () => {
    bundle = await bundleEdge();
  });
  const gzipBytes = (which: (file: EdgeBundle['files'][number]) => boolean): number =>
    bundle.files.filter(which).reduce((sum, file) => sum + file.gzipBytes, 0);

  it('holds web standards only', () => {
    expect(bundle.files[0]?.name).toBe(EDGE_ENTRY);
    expect(bundle.inputs.filter((path) => STRANGERS.test(path))).toEqual([]);
    expect(bundle.imports).toEqual([]);
  });

  it('starts with at most 110 KB gzip, and stays small with all that is ever loaded', () => {
    const [start, all] = [gzipBytes(({ isStart }) => isStart), gzipBytes(() => true)];
    console.info(`edge bundle: ${start} bytes gzip to start, ${START_GZIP_BYTES_MAX} at the most; ${all} in all, ${ALL_GZIP_BYTES_MAX} at the most`);
    expect(start).toBeLessThanOrEqual(START_GZIP_BYTES_MAX);
    expect(all).toBeLessThanOrEqual(ALL_GZIP_BYTES_MAX);
  });

  it('may do without looking at its schema at each start: it is a valid one', () => {
    expect(validateSchema(schema)).toEqual([]);
  });
});
