/**
 * Runs the test-suite of upstash/redis-js against our bridge over a redis-server of its own, and compares the failures with the allow-list.
 *   npm run conformance:bridge -- <checkout of upstash/redis-js> <bun>
 * Ends with 1 where a test failed that is not allowed to.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { startBridge } from '../../platform/redis-rest-bridge/server.ts';
import { ALLOWED } from './allow-list.ts';

const TOKEN = 'token-of-a-conformance-run';
const REDIS_PORT = 17_380;

interface Result {
  readonly file: string;
  readonly outcome: 'pass' | 'fail' | 'skip';
  readonly test: string;
}

/** Bun prints a file's name, then its tests; at the end it repeats what failed. */
function parse(output: string): Result[] {
  const results: Result[] = [];
  let file = '';
  for (const line of stripVTControlCharacters(output).split('\n')) {
    if (/^\d+ tests? (?:failed|skipped):/.test(line)) break;
    file = /^(pkg\/\S+\.test\.ts):$/.exec(line)?.[1] ?? file;
    const [, outcome, test] = /^\((pass|fail|skip)\) (.*?)(?: \[[\d.]+m?s\])?$/.exec(line) ?? [];
    if (test !== undefined) results.push({ file, test, outcome: outcome === 'pass' || outcome === 'skip' ? outcome : 'fail' });
  }
  return results;
}

function reasonOf({ file, test }: Result): string | undefined {
  return ALLOWED.find((allowed) => {
    const sameFile = allowed.file.endsWith('*') ? file.startsWith(allowed.file.slice(0, -1)) : file === allowed.file;
    return sameFile && (allowed.tests?.some((begin) => test.startsWith(begin)) ?? true);
  })?.reason;
}

async function runSuite(checkout: string, bun: string, url: string): Promise<string> {
  const env = { ...process.env, UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: TOKEN };
  const child = spawn(resolve(bun), ['test', 'pkg', '--timeout', '20000'], { cwd: join(checkout, 'packages/redis'), env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  await once(child, 'close');
  return output;
}

function report(results: readonly Result[]): boolean {
  const count = (outcome: Result['outcome']): number => results.filter((result) => result.outcome === outcome).length;
  const failures = results.filter((result) => result.outcome === 'fail');
  const byReason = Map.groupBy(failures, reasonOf);
  console.log(`ran ${results.length}, passed ${count('pass')}, failed ${failures.length}, skipped by the suite ${count('skip')}`);
  for (const [reason, of] of byReason) console.log(`${String(of.length).padStart(4)}  ${reason ?? 'NOT ALLOWED'}`);
  for (const { file, test } of byReason.get(undefined) ?? []) console.log(`NOT ALLOWED: ${file}: ${test}`);
  return results.length > 0 && !byReason.has(undefined);
}

const [checkout, bun] = process.argv.slice(2);
if (checkout === undefined || bun === undefined) {
  console.error('usage: npm run conformance:bridge -- <checkout of upstash/redis-js> <bun>');
  process.exitCode = 2;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const redis = spawn('redis-server', ['--port', String(REDIS_PORT), '--bind', '127.0.0.1', '--save', '', '--dir', folder], { stdio: 'ignore' });
  const bridge = await startBridge({ redisUrl: `redis://127.0.0.1:${REDIS_PORT}`, token: TOKEN, port: 0 });
  process.exitCode = report(parse(await runSuite(checkout, bun, bridge.url))) ? 0 : 1;
  await bridge.stop();
  redis.kill();
  rmSync(folder, { recursive: true, force: true });
}
