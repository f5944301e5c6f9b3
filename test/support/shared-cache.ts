/** A small CDN before a gateway: what RFC 9111 lets a cache that many share hold and give again, and a way to make it forget by tags. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SharedCache {
  readonly url: string;
  readonly purgeUrl: string;
  /** Of the gateway behind it. */
  origin: string;
  /** Seconds by which its clock is ahead of ours. */
  aheadSeconds: number;
  /** Tags of each request to forget, in order. */
  readonly purges: (readonly string[])[];
  /** Answers that it holds. */
  size(): number;
  /** Each Cache-Tag of what it holds. */
  tags(): string[];
  stop(): Promise<void>;
}

interface Stored {
  readonly request: IncomingMessage['headers'];
  readonly headers: Headers;
  readonly body: Buffer;
  readonly storedAtMs: number;
}

const PURGE_PATH = '/purge';

export async function startSharedCache(purgeToken: string): Promise<SharedCache> {
  /** By address: the variants that Vary tells apart. */
  const held = new Map<string, Stored[]>();
  const nowMs = (): number => Date.now() + cache.aheadSeconds * 1_000;
  const forget = (tags: readonly string[]): void => {
    for (const [url, variants] of held) {
      held.set(
        url,
        variants.filter(({ headers }) => !(headers.get('cache-tag') ?? '').split(',').some((tag) => tags.includes(tag))),
      );
    }
  };
  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await bodyOf(req);
    const url = req.url ?? '/';
    if (url === PURGE_PATH) {
      if (req.headers.authorization !== `Bearer ${purgeToken}`) return void res.writeHead(401).end();
      const { tags } = JSON.parse(body.toString()) as { tags: string[] };
      cache.purges.push(tags);
      forget(tags);
      return void res.writeHead(204).end();
    }
    const variant = req.method === 'GET' ? held.get(url)?.find((one) => isVariantFor(one, req.headers)) : undefined;
    const ageSeconds = variant === undefined ? 0 : Math.floor((nowMs() - variant.storedAtMs) / 1_000);
    if (variant !== undefined && ageSeconds < freshSeconds(variant.headers)) return send(res, variant, 'HIT', ageSeconds);
    const etag = variant?.headers.get('etag');
    const response = await fetch(`${cache.origin}${url}`, {
      method: req.method ?? 'GET',
      headers: { ...forwarded(req.headers), ...(etag ? { 'if-none-match': etag } : {}) },
      ...(req.method === 'POST' ? { body: new Uint8Array(body) } : {}),
    });
    const isSame = variant !== undefined && response.status === 304;
    const fresh: Stored = {
      request: req.headers,
      headers: isSame ? freshened(variant.headers, response.headers) : response.headers,
      body: isSame ? variant.body : Buffer.from(await response.arrayBuffer()),
      storedAtMs: nowMs(),
    };
    const others = (held.get(url) ?? []).filter((one) => !isVariantFor(one, req.headers));
    const mayStore = req.method === 'GET' && (isSame || response.status === 200) && freshSeconds(fresh.headers) > 0;
    if (req.method === 'GET') held.set(url, mayStore ? [...others, fresh] : others);
    send(res, fresh, isSame ? 'SAME' : 'MISS', 0, isSame ? 200 : response.status);
  }
  const server = createServer((req, res) => void answer(req, res).catch(() => res.destroy()));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const all = (): Stored[] => [...held.values()].flat();
  const cache: SharedCache = {
    url,
    purgeUrl: `${url}${PURGE_PATH}`,
    origin: '',
    aheadSeconds: 0,
    purges: [],
    size: () => all().length,
    tags: () => all().map(({ headers }) => headers.get('cache-tag') ?? ''),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
  return cache;
}

async function bodyOf(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Section 4.1: what the answer varies with is the same in both requests. */
const isVariantFor = ({ headers, request }: Stored, now: IncomingMessage['headers']): boolean =>
  (headers.get('vary') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean)
    .every((name) => name !== '*' && request[name] === now[name]);

/** Sections 3, 3.5 and 4.2.1. Every request here has Authorization: only what says so openly may be held. */
function freshSeconds(headers: Headers): number {
  const directives = new Map(
    (headers.get('cache-control') ?? '').split(',').map((part): [string, string] => {
      const [name = '', value = ''] = part.trim().toLowerCase().split('=');
      return [name, value];
    }),
  );
  if (['no-store', 'private', 'no-cache'].some((name) => directives.has(name))) return 0;
  return directives.has('s-maxage') ? Number(directives.get('s-maxage')) : 0;
}

/** Section 3.2. */
function freshened(stored: Headers, update: Headers): Headers {
  const headers = new Headers(stored);
  for (const [name, value] of update) if (name !== 'content-length') headers.set(name, value);
  return headers;
}

/** What fetch does by itself, or not at all. */
const HOP_BY_HOP = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive']);
const forwarded = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (HOP_BY_HOP.has(name) || value === undefined ? [] : [[name, String(value)]])));

function send(res: ServerResponse, { headers, body }: Stored, how: string, ageSeconds: number, status = 200): void {
  const own = Object.fromEntries([...headers].filter(([name]) => !HOP_BY_HOP.has(name) && name !== 'content-encoding'));
  res.writeHead(status, { ...own, 'x-cache': how, age: String(ageSeconds) }).end(body);
}
