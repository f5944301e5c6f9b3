/** A gateway in an isolate: what Cloudflare Workers, and others of their kind, call for each request. `npm run build:edge` bundles it. */
import type { App } from './app.ts';
import { jsonAnswer } from './answers.ts';
import { composeEdgeGateway } from './compose.edge.ts';

/** Variables by the names that processes have them by; a platform puts other things beside them. */
type Bindings = Readonly<Record<string, unknown>>;
interface ExecutionContext {
  waitUntil(work: Promise<unknown>): void;
}

/** Once for an isolate, which has the same bindings all its life. */
let composed: Promise<Pick<App, 'fetch'>> | undefined;

export default {
  async fetch(request: Request, bindings: Bindings, context: ExecutionContext): Promise<Response> {
    try {
      const app = await (composed ??= composeEdgeGateway(variablesIn(bindings)));
      return await app.fetch(request, { afterwards: (work) => context.waitUntil(work) });
    } catch (error) {
      // The app answers its own errors: this one is in the configuration, and for those who deploy it.
      // oxlint-disable-next-line no-console -- there is no logger yet
      console.error(error instanceof Error ? error.message : String(error));
      return jsonAnswer(500, { error: { code: 'INTERNAL', message: 'the gateway is not configured: its log says what is missing' } });
    }
  },
};

const variablesIn = (bindings: Bindings): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(bindings).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
