/** `npm run chaos`: the scaled size under load and faults, and the verdict on what came of it. Ends with 1 where a promise was broken. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceMissingError } from '../../scripts/services/service.ts';
import { chaosOptions, USAGE } from './options.ts';
import { summary, violationText } from './report.ts';
import { runChaos } from './run.ts';

/** The first Ctrl-C ends the run and all that it started; a second one does not wait for good order. */
function abortOnSignal(): AbortSignal {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (abort.signal.aborted) process.exit(1);
      console.error('Stopping what was started …');
      abort.abort(new Error(`ended by ${signal}`));
    });
  }
  return abort.signal;
}

async function main(): Promise<number> {
  const options = chaosOptions(process.argv.slice(2));
  const { folder, seed, loadMs } = options;
  mkdirSync(folder, { recursive: true });
  // Postgres runs as another user where we are root, and has to get at its folder.
  chmodSync(folder, 0o755);
  console.log(`seed ${seed}, ${loadMs / 60_000} minutes, in ${folder}`);
  const abort = abortOnSignal();
  try {
    const result = await runChaos({ ...options, abort, onProgress: (line) => console.log(line) });
    const verdict = summary(result);
    console.log(`\n${verdict}`);
    if (result.violations.length === 0 && result.moving.length === 0) {
      if (!options.keepFolder) rmSync(folder, { recursive: true, force: true });
      return 0;
    }
    writeFileSync(join(folder, 'violations.json'), JSON.stringify(result.violations, null, 1));
    console.log(
      `\n${violationText(result)}\n\nLogs, history.ndjson and violations.json are in ${folder}; again: npm run chaos -- --seed ${seed} --minutes ${loadMs / 60_000}`,
    );
    return 1;
  } catch (error) {
    console.error(error instanceof ServiceMissingError || abort.aborted ? String(error) : error);
    console.error(`The run did not come to a verdict; its logs are in ${folder}`);
    return 1;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof RangeError) && !(error instanceof TypeError)) throw error;
  console.error(`${error.message}\n${USAGE}`);
  process.exitCode = 1;
}
// Connections that a fault left half open hold nobody up.
process.exit();
