/** This gateway with subscribers, on ports in memory; told by its parent to let leads have new scores. */
import { scoreLead, startWatchedGateway } from '../../support/watching.ts';
import { serveEvents } from './events.ts';

const MANY = 1_000_000;
const gateway = await startWatchedGateway({
  drainMs: 500,
  liveLimits: { perUserMax: MANY, perTenantMax: MANY, perSecond: MANY },
});
let version = 3;
serveEvents({ url: gateway.url, token: await gateway.token() }, () => scoreLead(gateway, 'ada', (version += 1)));
