/** From the start of a gateway to its first answer, a lead out of Redis, beside bare node. */
import { join } from 'node:path';
import { builtFile, bundleProcesses, gatewaySnapshot } from '../../../scripts/build/bundle.ts';
import { BARE_SERVER, firstAnswer, type FirstAnswer } from '../../support/first-answer.ts';
import { onCore, SERVER_CORE } from '../children.ts';
import { BY_ID, requestBody } from '../documents.ts';
import { fillEvents, untilServed } from '../fill-events.ts';
import type { BenchOptions } from '../options.ts';
import { freshDatabase, startScaledGateway, startWorker, type Environment } from '../scaled.ts';

export const START_BARE = 'bare node:http, an ES module';
const LEADS = 20;

export interface StartResult {
  readonly rounds: Readonly<Record<string, readonly FirstAnswer[]>>;
}

/** As node is mostly written, and without the ES module face of node:http, which loads node's fetch: half as much again. */
const BARE = ['--input-type=module', '--eval', BARE_SERVER];
const BARE_COMMONJS = ['--eval', BARE_SERVER.replace("import { createServer } from 'node:http'", "const { createServer } = require('node:http')")];
const SOURCE = ['gateway/main.node.ts'];

/** Needs the services to itself. */
export async function benchStart(shared: Environment, options: BenchOptions, folder: string): Promise<StartResult> {
  const dist = join(folder, 'dist');
  await bundleProcesses(dist);
  const env = { ...shared, DATABASE_URL: await freshDatabase(shared, 'start'), DATA_DIR: join(folder, 'start') };
  const [lead] = await fillEvents(env, LEADS);
  const worker = await startWorker(env, ['command-handler', 'relay', 'projector', 'origin']);
  try {
    // Its data folder holds the key that signs the token: the gateways that are timed have it, too.
    const product = await startScaledGateway(env);
    await untilServed(product);
    await product.stop();
    const question = {
      env: { ...process.env, NODE_ENV: 'production', ...env },
      headers: { authorization: `Bearer ${product.token}` },
      body: requestBody(BY_ID, { id: lead?.id }),
    };
    const servers: Readonly<Record<string, readonly string[]>> = {
      [START_BARE]: BARE,
      'bare node:http, CommonJS': BARE_COMMONJS,
      'this gateway, its snapshot': ['--snapshot-blob', gatewaySnapshot(dist)],
      'this gateway, its bundle': [builtFile(dist, 'gateway')],
      'this gateway, from source': SOURCE,
    };
    const rounds: Record<string, FirstAnswer[]> = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
    // The first start of each fills caches: the system's, and the bundle's of its code.
    for (let round = 0; round <= options.starts; round += 1) {
      for (const [name, args] of Object.entries(servers)) {
        const answer = await firstAnswer({ command: onCore(SERVER_CORE, [process.execPath, ...args]), ...question });
        if (name.startsWith('this gateway') && !answer.text.includes(`"id":"${lead?.id}"`)) throw new Error(`${name} answered ${answer.text}`);
        if (round > 0) rounds[name]?.push(answer);
      }
    }
    return { rounds };
  } finally {
    await worker.stop();
  }
}
