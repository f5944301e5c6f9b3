/**
 * The bounded logs behind the Upstash live bus: one Redis stream a tenant, written and announced by one script, so that the order in the log is the
 * order on the channel. The set of tenants lets a subscriber that was away find those that spoke for the first time meanwhile.
 */
import type { TenantId } from '../../domain/ids.ts';
import { RestCommandError, RestUnavailableError, type RestCommand, type RestRedis, type RestScriptCall } from '../redis-rest-client.ts';
import { cursorOf, streamIdOf } from './cursor.ts';
import type { Delivered, LiveMessage } from './live-bus.ts';

/** KEYS: the tenant's stream. ARGV: how many to keep, the channel, the messages. A stream's very first entry is marked: while it is there nothing was dropped. */
const PUBLISH = `
local new = redis.call('EXISTS', KEYS[1]) == 0
for i = 3, #ARGV do
  local id
  if new then
    id = redis.call('XADD', KEYS[1], '*', 'd', ARGV[i], 'first', '1')
    new = false
  else
    id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'd', ARGV[i])
  end
  redis.call('PUBLISH', ARGV[2], '{"cursor":"' .. id .. '",' .. string.sub(ARGV[i], 2))
end
return #ARGV - 2`;
/** Keeps a request far below the servers' 10 MB. */
const MESSAGES_PER_REQUEST = 2000;
const TENANTS_PER_REQUEST = 500;

export interface CatchUp {
  readonly messages: readonly Delivered[];
  readonly complete: boolean;
}
interface StreamEntry {
  readonly message: Delivered;
  readonly first: boolean;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/** One message of the channel, or null where it is something else (a ping). Throws a SyntaxError on broken JSON. */
export function parseAnnounced(text: string): Delivered | null {
  const value = JSON.parse(text) as Partial<Delivered> | null;
  if (typeof value?.cursor !== 'string' || typeof value.tenant !== 'string') return null;
  return { ...(value as Delivered), cursor: cursorOf(value.cursor) };
}

function parseEntry(entry: unknown): StreamEntry {
  const [id, fields] = Array.isArray(entry) ? (entry as unknown[]) : [];
  if (typeof id !== 'string' || !Array.isArray(fields)) throw new RestUnavailableError('a stream entry has another form than Redis gives');
  const text: unknown = fields[fields.indexOf('d') + 1];
  if (typeof text !== 'string') throw new RestUnavailableError('a stream entry has no message');
  return { message: { ...(JSON.parse(text) as LiveMessage), cursor: cursorOf(id) }, first: fields.includes('first', 2) };
}

export function createLiveLog(redis: RestRedis, channel: string, keep: number) {
  const script = redis.script(PUBLISH);
  const tenantsKey = `${channel}:tenants`;
  const keyOf = (tenant: TenantId): string => `{${tenant}}:${channel}`;

  /** The whole request's results; throws the first entry's error. */
  const all = async (commands: readonly (RestCommand | RestScriptCall)[]): Promise<unknown[]> =>
    (await redis.pipeline(commands)).map((reply) => {
      if ('error' in reply) throw new RestCommandError(reply.error);
      return reply.result;
    });

  const rangeFrom = (tenant: TenantId, cursor: string, limit: number): RestCommand | undefined => {
    if (cursor === '') return ['XRANGE', keyOf(tenant), '-', '+', 'COUNT', limit];
    const id = streamIdOf(cursor);
    // The cursor's own entry comes along: while it is there, nothing behind it was dropped.
    return id === undefined ? undefined : ['XRANGE', keyOf(tenant), id, '+', 'COUNT', limit + 1];
  };
  const readRange = (reply: unknown, cursor: string, limit: number): CatchUp => {
    const entries = (Array.isArray(reply) ? reply : []).map(parseEntry);
    const head = entries[0];
    const messages = entries.map((entry) => entry.message);
    if (cursor === '') return { messages, complete: head === undefined || head.first };
    const complete = head?.message.cursor === cursor;
    return { messages: (complete ? messages.slice(1) : messages).slice(0, limit), complete };
  };

  return {
    async append(messages: readonly LiveMessage[]): Promise<void> {
      for (const part of chunks(messages, MESSAGES_PER_REQUEST)) {
        const byTenant = Map.groupBy(part, (message) => message.tenant);
        const calls = [...byTenant].map(([tenant, own]) => script.call([keyOf(tenant)], [keep, channel, ...own.map((message) => JSON.stringify(message))]));
        await all([['SADD', tenantsKey, ...byTenant.keys()], ...calls]);
      }
    },

    async since(tenant: TenantId, cursor: string, limit: number): Promise<CatchUp> {
      const command = rangeFrom(tenant, cursor, limit);
      return command === undefined ? { messages: [], complete: false } : readRange(await redis.command(command), cursor, limit);
    },

    async latest(tenants: readonly TenantId[]): Promise<Map<TenantId, string>> {
      const found = new Map<TenantId, string>();
      for (const part of chunks(tenants, TENANTS_PER_REQUEST)) {
        const replies = await all(part.map((tenant): RestCommand => ['XREVRANGE', keyOf(tenant), '+', '-', 'COUNT', 1]));
        part.forEach((tenant, index) => {
          const reply = replies[index];
          if (Array.isArray(reply) && reply.length > 0) found.set(tenant, parseEntry(reply[0]).message.cursor);
        });
      }
      return found;
    },

    /** Every tenant's messages behind its cursor ('' where it has none), `limit` at most each. */
    async sinceEach(cursors: ReadonlyMap<TenantId, string>, limit: number): Promise<Map<TenantId, CatchUp>> {
      const found = new Map<TenantId, CatchUp>();
      for (const part of chunks([...cursors], TENANTS_PER_REQUEST)) {
        const replies = await all(part.map(([tenant, cursor]) => rangeFrom(tenant, cursor, limit) ?? ['XLEN', keyOf(tenant)]));
        part.forEach(([tenant, cursor], index) => found.set(tenant, readRange(replies[index], cursor, limit)));
      }
      return found;
    },

    async tenants(): Promise<TenantId[]> {
      const members = await redis.command(['SMEMBERS', tenantsKey]);
      return Array.isArray(members) ? (members as TenantId[]) : [];
    },

    /** Something for the channel that is no message: proves that the stream is alive. */
    ping: async (): Promise<void> => void (await redis.command(['PUBLISH', channel, '{"ping":1}'])),
    check: async (): Promise<void> => void (await redis.command(['PING'])),
  };
}
export type LiveLog = ReturnType<typeof createLiveLog>;
