/**
 * Kept answers straight from node:http, before there is a Request: what a hit costs beside reading the body and writing the bytes is a look at who asks
 * and two at maps. Everything else goes on to the app, with the body that was read here.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Identity } from '../../resolvers/context.ts';
import type { Kept } from '../byte-cache/byte-cache.ts';
import { mayBeKept, type CachedGraphql } from '../byte-cache/cached-graphql.ts';
import { KEPT_HEADERS } from '../byte-cache/http-answer.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { isCrossOrigin } from '../plugins/cross-origin.ts';
import { bearerToken } from '../plugins/identity.ts';
import { isRequestId } from '../plugins/request-id.ts';

export type GoOn = (req: IncomingMessage, res: ServerResponse, bodyText?: string) => void;

export interface KeptAnswers {
  /** False, and nothing was touched, where the request is not for here. Else it reads the body, and answers or calls `goOn` with it. */
  take(req: IncomingMessage, res: ServerResponse, goOn: GoOn): boolean;
}

export interface KeptAnswersOptions {
  readonly cached: CachedGraphql;
  readonly verifier: TokenVerifier;
  readonly metrics?: GatewayMetrics | undefined;
}

const PATH = '/graphql';

export function createKeptAnswers({ cached, verifier, metrics }: KeptAnswersOptions): KeptAnswers {
  const find = (identity: Identity, body: string, accept: string): Kept | null => {
    try {
      return cached.find(identity, body, accept);
    } catch {
      // A defect. The app meets it again, tells it and answers.
      return null;
    }
  };
  /** At once where the token is remembered: a promise for each request would be a good part of its cost. */
  const whoAsks = (req: IncomingMessage, then: (identity: Identity | null) => void): void => {
    const token = bearerToken(req.headers.authorization);
    const identity = token === null ? null : verifier.remembered?.(token);
    if (identity !== undefined || token === null) return then(identity ?? null);
    // Why a token is no good is told on the other way.
    verifier.verify(token).then(then, () => then(null));
  };
  return {
    take(req, res, goOn) {
      const header = (name: string): string | null => textOf(req.headers[name]);
      if (req.url !== PATH || !mayBeKept(req.method ?? '', header) || isCrossOrigin({ get: header }, req.headers.host ?? '')) return false;
      const startedMs = performance.now();
      readBody(req, (body) => {
        whoAsks(req, (identity) => {
          const kept = identity && find(identity, body, req.headers.accept ?? '');
          if (kept === null) return goOn(req, res, body);
          send(res, kept, requestIdFor(req));
          metrics?.keptAnswer(performance.now() - startedMs);
        });
      });
      return true;
    },
  };
}

const textOf = (value: string | readonly string[] | undefined): string | null => (value === undefined ? null : String(value));

/** As long as Content-Length says, which node:http holds it to. A sender that breaks off is nobody to answer. */
function readBody(req: IncomingMessage, onBody: (body: string) => void): void {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => void chunks.push(chunk));
  req.once('end', () => {
    const [only] = chunks;
    onBody((chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString());
  });
}

function requestIdFor({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && isRequestId(given) ? given : randomUUID();
}

function send(res: ServerResponse, { ascii, bytes, contentType }: Kept, requestId: string): void {
  res.writeHead(200, {
    'content-type': contentType,
    'content-length': bytes.length,
    ...KEPT_HEADERS,
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
  });
  if (ascii === null) res.end(bytes);
  else res.end(ascii, 'latin1');
}
