/** From node:http to a Request, and from its Response back: loaded when the first request comes that does not go the direct way. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServerAdapter, sendNodeResponse } from '@whatwg-node/server';
import type { App } from '../app.ts';

interface FromNode {
  readonly req: IncomingMessage;
  readonly bodyText: string | undefined;
}

/** Rejects where the request is none, or its connection broke. `bodyText`: where it was read already. */
export type WebAnswer = (req: IncomingMessage, res: ServerResponse, bodyText: string | undefined) => Promise<void>;

export function createWebAnswers(app: Pick<App, 'fetch'>, isDraining: () => boolean): WebAnswer {
  const adapter = createServerAdapter<FromNode>((request, { req, bodyText }) => app.fetch(request, { remoteAddress: req.socket.remoteAddress, bodyText }));
  return async (req, res, bodyText) => {
    const read = bodyText === undefined ? req : Object.assign(req, { body: bodyText });
    const response = await adapter.handleNodeRequestAndResponse(read, res, { req, bodyText });
    if (isGone(req, res) || (isStream(response) && isBehindAnother(req, res))) {
      res.destroy();
      // Whoever makes it hears of its end by nothing else: the connection's has been already, or is not told to a response without one.
      await response.body?.cancel();
      return;
    }
    if (isDraining()) response.headers.set('connection', 'close');
    await sendNodeResponse(response, res, req, true);
  };
}

const isGone = (req: IncomingMessage, res: ServerResponse): boolean => res.closed || res.destroyed || req.socket.destroyed;
/** What is in front of it may be a stream as well, which has no end, or has taken the connection for itself. */
const isBehindAnother = (req: IncomingMessage, res: ServerResponse): boolean => res.socket !== req.socket;
const isStream = ({ headers }: Response): boolean => headers.get('content-type')?.startsWith('text/event-stream') === true;
