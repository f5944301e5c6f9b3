/** Three gateways over one set of ports in memory; told by its parent to change a lead, and to restart one of them. */
import { setTimeout as delay } from 'node:timers/promises';
import { createBrokerage } from '../../support/brokerage.ts';
import { scoreLead, startWatchedGateway, type WatchedGateway } from '../../support/watching.ts';
import { announce } from './peer-data.ts';

export type RollingJob =
  | { readonly kind: 'restart'; readonly gateway: number }
  | { readonly kind: 'change'; readonly everyMs: number }
  | { readonly kind: 'still' };
export interface RollingDone {
  /** Of the lead. */
  readonly version: number;
}

const GATEWAYS = 3;
const MANY = 1_000_000;
/** As long as a process takes to come back. */
const AWAY_MS = 1_000;

const perSecond = Number(process.argv[2]);
const brokerage = createBrokerage();
const options = { drainMs: 30_000, liveLimits: { perUserMax: MANY, perTenantMax: MANY, perSecond } };
const first = await startWatchedGateway(options, brokerage);
const start = (port: number): Promise<WatchedGateway> => startWatchedGateway({ ...options, verifier: first.verifier, port }, brokerage);
const gateways = [first];
while (gateways.length < GATEWAYS) gateways.push(await start(0));

let version = 3;
let changing: NodeJS.Timeout | undefined;

async function run(job: RollingJob): Promise<void> {
  if (job.kind === 'change') changing = setInterval(() => void scoreLead({ brokerage }, 'ada', (version += 1)), job.everyMs);
  if (job.kind === 'still') clearInterval(changing);
  if (job.kind !== 'restart') return;
  const gateway = gateways[job.gateway];
  if (gateway === undefined) return;
  await gateway.stop();
  await delay(AWAY_MS);
  gateways[job.gateway] = await start(gateway.port);
}
process.on('message', (job: RollingJob) => {
  void run(job).then(() => process.send?.({ version } satisfies RollingDone));
});
process.on('SIGTERM', () => process.exit(0));
announce(`${gateways.map(({ url }) => url).join(',')} ${await first.token()}`);
