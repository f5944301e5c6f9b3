/**
 * Tests of upstash/redis-js that a bridge before Redis 7.0 cannot pass, with the reason. Everything else must pass.
 * docs/redis-rest-bridge.md shows the list by reason, with figures.
 */
export interface Allowed {
  /** Path inside packages/redis; a final * stands for any ending. */
  readonly file: string;
  /** The test's own name or its beginning; absent: every test of the file. */
  readonly tests?: readonly string[];
  readonly reason: string;
}

const JSON_MODULE = 'JSON.* is a module that plain Redis 7.0 does not have';
const SEARCH = 'SEARCH.* exists at Upstash only';
const FIELD_TTL = 'expiry of hash fields came with Redis 7.4';
const HASH_8 = 'HGETEX, HSETEX and HGETDEL came with Redis 8.0';
const STREAM_8 = 'XDELEX and XACKDEL came with Redis 8.2';

export const ALLOWED: readonly Allowed[] = [
  { file: 'pkg/commands/json_*', reason: JSON_MODULE },
  { file: 'pkg/commands/search/*', reason: SEARCH },
  ...['hexpire', 'hexpireat', 'hexpiretime', 'hpexpire', 'hpexpireat', 'hpexpiretime', 'httl', 'hpttl', 'hpersist'].map((name) => ({
    file: `pkg/commands/${name}.test.ts`,
    reason: FIELD_TTL,
  })),
  ...['hgetex', 'hsetex', 'hgetdel'].map((name) => ({ file: `pkg/commands/${name}.test.ts`, reason: HASH_8 })),
  ...['xdelex', 'xackdel'].map((name) => ({ file: `pkg/commands/${name}.test.ts`, reason: STREAM_8 })),
  {
    file: 'pkg/commands/bitop.test.ts',
    tests: ['when key is set > diff', 'when key is set > andor', 'when key is set > one'],
    reason: 'BITOP DIFF, DIFF1, ANDOR and ONE came with Redis 8.2',
  },
  { file: 'pkg/pipeline.test.ts', tests: ['use all the things'], reason: `it holds HEXPIRE: ${FIELD_TTL}` },
  { file: 'pkg/auto-pipeline.test.ts', tests: ['Auto pipeline > should batch a large'], reason: `it holds HEXPIRE: ${FIELD_TTL}` },
  {
    file: 'pkg/auto-pipeline.test.ts',
    tests: ['Auto pipeline > should split JSON', 'Auto pipeline > read/write pipeline separation > should split a Promise.all of json.set'],
    reason: JSON_MODULE,
  },
  { file: 'pkg/redis.test.ts', tests: ['search >'], reason: SEARCH },
  {
    file: 'pkg/functions.integration.test.ts',
    tests: ['redis.functions (integration) > FCALL_RO allows a function that only reads', 'redis.functions (integration) > FCALL_RO rejects write functions'],
    reason: 'Redis asks for the no-writes flag before it runs anything, and says so in other words; Upstash looks at what the function does',
  },
  {
    file: 'pkg/commands/copy.test.ts',
    tests: ['COPY test > should handle same source'],
    reason: 'COPY of a key to itself is 0 at Upstash and an error in Redis',
  },
  { file: 'pkg/commands/scan.test.ts', tests: ['with withType >'], reason: 'SCAN … WITHTYPE exists at Upstash only' },
  { file: 'pkg/commands/xtrim.test.ts', tests: ['XLEN > should approximately trim'], reason: 'MAXLEN ~ trims by whole nodes in Redis; Upstash trims closer' },
  {
    file: 'pkg/commands/xreadgroup.test.ts',
    tests: ['NOACK > should return 0 items'],
    reason: 'Redis names the consumer in XINFO CONSUMERS although nothing is pending; Upstash does not',
  },
];
