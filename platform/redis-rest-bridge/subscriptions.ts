/**
 * One Redis connection for every subscriber of this bridge: a channel is subscribed to while somebody listens. When that connection is lost,
 * every listener is told so: a silent re-subscription would hide the messages missed in between.
 */
import type { Redis } from 'ioredis';
import type { Logger } from '../telemetry/logger.ts';
import { connectRedis, RedisUnavailable } from './redis-link.ts';

export type SubscriptionKind = 'subscribe' | 'psubscribe';
export interface Listener {
  /** `frame` is the bytes of one server-sent event, made once for all listeners. */
  deliver(frame: Buffer): void;
  lost(): void;
}
interface Topic {
  readonly listeners: Set<Listener>;
  readonly ready: Promise<unknown>;
}

/** An event's lines: SSE has no other way to carry a payload of several lines. */
export const frameOf = (fields: readonly string[]): Buffer => Buffer.from(`data: ${fields.join(',').replace(/\r\n|\r|\n/g, '\ndata: ')}\n\n`);

export function createSubscriptions(url: string, log: Logger) {
  const redis: Redis = connectRedis(url, 'subscriptions');
  const topics = new Map<string, Topic>();
  const keyOf = (kind: SubscriptionKind, channel: string): string => `${kind} ${channel}`;

  const deliver = (key: string, fields: () => string[]): void => {
    const topic = topics.get(key);
    if (!topic) return;
    const frame = frameOf(fields());
    for (const listener of topic.listeners) listener.deliver(frame);
  };
  const loseAll = (): void => {
    const listeners = new Set([...topics.values()].flatMap((topic) => [...topic.listeners]));
    topics.clear();
    for (const listener of listeners) listener.lost();
  };
  const reportFailure = (what: string) => (error: unknown) =>
    log.warn({ error: error instanceof Error ? error.message : String(error) }, `${what} failed on the subscription connection`);

  redis.on('messageBuffer', (channel: Buffer, message: Buffer) =>
    deliver(keyOf('subscribe', String(channel)), () => ['message', String(channel), String(message)]),
  );
  redis.on('pmessageBuffer', (pattern: string, channel: Buffer, message: Buffer) =>
    deliver(keyOf('psubscribe', pattern), () => ['pmessage', pattern, String(channel), String(message)]),
  );
  redis.on('close', loseAll);
  redis.on('error', reportFailure('connecting'));
  const open = (kind: SubscriptionKind, channel: string): Topic => {
    const ready = kind === 'subscribe' ? redis.subscribe(channel) : redis.psubscribe(channel);
    const topic = { listeners: new Set<Listener>(), ready };
    topics.set(keyOf(kind, channel), topic);
    return topic;
  };
  const leave = (kind: SubscriptionKind, channel: string, listener: Listener): void => {
    const topic = topics.get(keyOf(kind, channel));
    if (!topic?.listeners.delete(listener) || topic.listeners.size > 0) return;
    topics.delete(keyOf(kind, channel));
    (kind === 'subscribe' ? redis.unsubscribe(channel) : redis.punsubscribe(channel)).catch(reportFailure('unsubscribing'));
  };

  return {
    /** Resolves when Redis has confirmed; throws a RedisUnavailable. `listener` may be called before it resolves. */
    async listen(kind: SubscriptionKind, channel: string, listener: Listener): Promise<() => void> {
      const topic = topics.get(keyOf(kind, channel)) ?? open(kind, channel);
      topic.listeners.add(listener);
      const stop = (): void => leave(kind, channel, listener);
      try {
        await topic.ready;
      } catch (error) {
        topic.listeners.delete(listener);
        if (topics.get(keyOf(kind, channel)) === topic) topics.delete(keyOf(kind, channel));
        throw new RedisUnavailable(`UNAVAILABLE Redis does not answer: ${error instanceof Error ? error.message : ''}`);
      }
      return stop;
    },
    /** Throws where Redis does not answer; a connection that died without a word ends by the socket's timeout. */
    ping: () => redis.ping(),
    connect: () => redis.connect(),
    isUp: () => redis.status === 'ready',
    topics: () => topics.size,
    close(): void {
      loseAll();
      redis.disconnect();
    },
  };
}
export type Subscriptions = ReturnType<typeof createSubscriptions>;
