/**
 * `npm run start:services`: Postgres, Kafka, Redis and the REST bridge on this machine, until Ctrl-C.
 * Prints what the gateways and workers of the scaled size need to know. The data stay in the folder.
 *   --folder=FOLDER     default .data/services
 *   --write-env=FILE    the same variables, for `node --env-file=FILE`
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROLE_NAMES } from '../workers/kit/role.ts';
import { keptSecret } from './services/bridge.ts';
import { startServices, type Services } from './services/index.ts';
import { keptPort } from './services/ports.ts';
import { ServiceMissingError } from './services/service.ts';

const ORIGIN_ROLE = 'origin';
const GATEWAY_PORT = 4000;

/** What every process of the scaled size reads. Gateways that share DATA_DIR share the key pair of dev tokens. */
function environment(services: Services, folder: string, originPort: number): Record<string, string> {
  return { ...services.env, DATA_DIR: folder, ORIGIN_URL: `http://127.0.0.1:${originPort}`, ORIGIN_TOKEN: keptSecret(folder, 'origin') };
}

/** Lines for a shell: the variables to export, then one command for each process. */
function shellLines(env: Readonly<Record<string, string>>, originPort: number): string {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}='${value}'`);
  const workers = ROLE_NAMES.map((role) => `WORKER_PORT=${role === ORIGIN_ROLE ? originPort : 0} node workers/main.ts --roles=${role}`);
  const gateways = [0, 1].map((index) => `PORT=${GATEWAY_PORT + index} node gateway/main.node.ts`);
  return [
    '# The services run. In every other terminal, first:',
    ...exports,
    // The machine's own node may be too old; npm ci brought a fitting one along, which runs this.
    `export PATH="${dirname(process.execPath)}:$PATH"`,
    '# The workers, one process a role (or several roles in one, comma-separated):',
    ...workers,
    '# Gateways, as many as you like:',
    ...gateways,
    `# A token for a demo user: curl -X POST http://127.0.0.1:${GATEWAY_PORT}/dev/token`,
    '# Ctrl-C here stops the services; their data stay.',
  ].join('\n');
}

/** The running services keep this process alive. A second Ctrl-C does not wait for their good order. */
const untilAskedToStop = (): Promise<void> =>
  new Promise((stop) => {
    let asked = 0;
    const onSignal = (): void => {
      asked += 1;
      if (asked > 1) process.exit(1);
      stop();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { folder: { type: 'string', default: '.data/services' }, 'write-env': { type: 'string' } } });
  const folder = resolve(values.folder);
  mkdirSync(folder, { recursive: true });
  const asked = untilAskedToStop();
  console.error(`Starting Postgres, Kafka, Redis and the bridge in ${folder} (the first start fetches Kafka, about 50 MB) …`);
  const services = await startServices({ folder, which: { postgres: true, kafka: true, redis: true, bridge: true }, durable: true });
  try {
    const originPort = await keptPort(folder, ORIGIN_ROLE);
    const env = environment(services, folder, originPort);
    const file = values['write-env'];
    if (file !== undefined)
      writeFileSync(
        file,
        Object.entries(env)
          .map(([name, value]) => `${name}='${value}'\n`)
          .join(''),
        { mode: 0o600 },
      );
    console.log(shellLines(env, originPort));
    await asked;
    console.error('Stopping …');
  } finally {
    await services.stop();
  }
}

try {
  await main();
  process.exit(0);
} catch (error) {
  if (!(error instanceof ServiceMissingError)) throw error;
  console.error(error.message);
  process.exit(1);
}
