/** This gateway with subscribers, on ports in memory; told by its parent to let leads have new scores. */
import { scoreLead, startWatchedGateway } from '../../support/watching.ts';
import { serveEvents } from './events.ts';

const MANY = 1_000_000;
/** Nobody is sent away for its token's end. */
const TOKEN_SECONDS = 4 * 3_600;
const gateway = await startWatchedGateway({
  drainMs: 500,
  liveLimits: { perUserMax: MANY, perTenantMax: MANY, perSecond: MANY },
});
let version = 3;
serveEvents({ url: gateway.url, token: await gateway.token({}, TOKEN_SECONDS) }, () => scoreLead(gateway, 'ada', (version += 1)));
