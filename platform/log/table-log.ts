/** The log as tables of the write model's database: for the sizes without Kafka. PostgreSQL 15 or newer, or PGlite behind its socket. */
import type { Sql } from '../event-store/connect.ts';
import { listenForRings } from '../event-store/listen.ts';
import { LogUnavailableError, type Log, type LogConsumer } from './log.ts';
import { createAppender, LOG_CHANNEL, toLogError } from './table/append.ts';
import { createBatcher } from './table/batcher.ts';
import { GroupMember } from './table/group-member.ts';
import { createLoop } from './table/loop.ts';
import { commitOffsets, createPartitions, joinGroup, leaveGroup, selectLag, type Ownership } from './table/queries.ts';
import { handBack, KnownEnds } from './table/rounds.ts';
import { trimTopic } from './table/trim.ts';

export interface TableLogOptions {
  /** Belongs to the caller: `close` does not end it. */
  readonly sql: Sql;
  /** LISTEN and NOTIFY; false on PGlite, whose socket has none: what other processes append is then seen by polling. */
  readonly notify: boolean;
  /** Names this process among its kind. */
  readonly instance: string;
  /** A member whose handler is silent for longer loses its partitions. Default 15,000. */
  readonly leaseMs?: number;
  /** Default 100. */
  readonly pollMs?: number;
}

const COMMITS_PER_STATEMENT_MAX = 1_000;

export function createTableLog(options: TableLogOptions): Log {
  const { sql, notify, instance, leaseMs = 15_000, pollMs = 100 } = options;
  const members = new Set<GroupMember>();
  const consumers = new Set<LogConsumer>();
  const ends = new KnownEnds();
  // Says what happened and where, so that a process does not wake itself for what it knows.
  const payload = (what: 'records' | 'members'): string => `${what} ${instance}`;
  const announce = async (): Promise<void> => {
    if (notify) await sql`select pg_notify(${LOG_CHANNEL}, ${payload('members')})`;
  };
  const loop = createLoop({ sql, members, ends, leaseMs, pollMs, announce });
  const listener = listenForRings(sql, notify ? LOG_CHANNEL : null, (heard) => {
    const [what, from] = heard.split(' ');
    if (from !== instance) loop.ring(what === 'members' ? 'members' : 'elsewhere');
  });
  const appender = createAppender(sql, notify ? payload('records') : null, (appended) => {
    ends.learn(appended);
    loop.ring('here');
  });
  const committer = createBatcher<Ownership & { readonly nextOffset: number }, boolean>({
    flush: (commits) => commitOffsets(sql, commits, leaseMs),
    sizeOf: () => 1,
    sizeMax: COMMITS_PER_STATEMENT_MAX,
  });
  let joined = 0;
  let closed = false;

  const assertOpen = (): void => {
    if (closed) throw new LogUnavailableError('the log was closed');
  };

  const stopPartitions = (member: GroupMember): Promise<unknown> => Promise.all([...member.partitions.values()].map((partition) => partition.stop()));

  const leave = async (member: GroupMember): Promise<void> => {
    member.stopping = true;
    const stopped = stopPartitions(member);
    try {
      // A round that began before may still show the member alive or take a partition for it: only what comes after it stays.
      await loop.nextLeaseRound();
      await leaveGroup(sql, member.as);
      await stopped;
      await stopPartitions(member);
      await handBack(sql, [member]);
      await announce();
    } catch (error) {
      // The leases run out by themselves: the others only wait a little longer.
      member.options.onError(toLogError(error));
      await stopPartitions(member);
    } finally {
      members.delete(member);
      loop.ring('members');
    }
  };

  return {
    async ensureTopics(topics) {
      await inLogTerms(createPartitions(sql, topics));
    },
    async append(records, { signal } = {}) {
      assertOpen();
      await appender.append(records, signal);
    },
    async consume(consume) {
      assertOpen();
      const { group, topic } = consume;
      if (!(await inLogTerms(joinGroup(sql, group, topic)))) throw new Error(`there is no topic ${topic}; make it with ensureTopics`);
      const member = new GroupMember(
        { group, topic, member: `${instance}#${++joined}` },
        { options: consume, leaseMs, commit: (at) => committer.add(at), changed: () => loop.ring('here') },
      );
      members.add(member);
      listener.start();
      const round = loop.nextLeaseRound();
      loop.run();
      try {
        await inLogTerms(round);
        await inLogTerms(announce());
        assertOpen();
      } catch (error) {
        await leave(member);
        throw error;
      }
      let stopped: Promise<void> | undefined;
      const consumer: LogConsumer = {
        idleMs: () => member.idleMs(),
        stop: () => (stopped ??= leave(member).finally(() => consumers.delete(consumer))),
      };
      consumers.add(consumer);
      return consumer;
    },
    lag: (group, topic) => inLogTerms(selectLag(sql, group, topic)),
    async check() {
      await inLogTerms(sql`select 1`);
    },
    trim: (topic, groups, olderThanMs) => inLogTerms(trimTopic(sql, topic, groups, olderThanMs)),
    async close() {
      closed = true;
      await Promise.all([...consumers].map((consumer) => consumer.stop()));
      await appender.idle();
      await listener.stop();
    },
  };
}

async function inLogTerms<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    throw toLogError(error);
  }
}
