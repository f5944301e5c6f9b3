/** The gateway as a function over ports in memory: no HTTP, no tokens; whoever a test says asks. */
import { createApp, type App, type AppOptions } from '../../gateway/app.ts';
import { createHealth } from '../../gateway/health.ts';
import type { GatewayShared } from '../../resolvers/context.ts';
import type { GatewayPorts } from '../../resolvers/ports.ts';
import { createRequestContext } from '../../resolvers/request-context.ts';
import { schema } from '../../schema/schema.ts';

/** Keeps answers like the product, unless `change` says otherwise. */
export function appOver(ports: GatewayPorts, shared: GatewayShared, change: Partial<AppOptions> = {}): App {
  const fine = async (): Promise<void> => undefined;
  return createApp({
    schema,
    createContext: (scope) => createRequestContext(ports, shared, scope),
    verifier: { verify: () => Promise.reject(new Error('nobody is verified here')) },
    clock: ports.clock,
    logger: ports.logger,
    health: createHealth({ log: fine, readModels: fine, liveBus: fine }, ports.clock),
    caching: { changes: shared.changes, isTrusted: () => shared.feed.isTrusted() },
    ...change,
  });
}
