/**
 * Commands that the bridge does not pass on. The connection is shared, so that whatever waits, or changes the connection's state, would hit everybody;
 * what administers the server has no business behind a token that applications hold.
 */
const STATE = 'it changes the state of a shared connection';
const BLOCKS = 'it would block a shared connection';
const ADMIN = 'it administers the server';
const STREAMS = 'use the paths /subscribe and /psubscribe';

const REFUSED = new Map<string, string>(
  Object.entries({
    [STATE]: 'SELECT AUTH HELLO RESET QUIT ASKING READONLY READWRITE MULTI EXEC DISCARD WATCH UNWATCH',
    [BLOCKS]: 'BLPOP BRPOP BRPOPLPUSH BLMOVE BLMPOP BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF',
    [ADMIN]:
      'CONFIG DEBUG SHUTDOWN ACL MODULE SLAVEOF REPLICAOF FAILOVER CLUSTER SYNC PSYNC REPLCONF SAVE BGSAVE BGREWRITEAOF SWAPDB MIGRATE RESTORE-ASKING LATENCY SLOWLOG MONITOR PFDEBUG PFSELFTEST SENTINEL',
    [STREAMS]: 'SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE',
  }).flatMap(([reason, names]) => names.split(' ').map((name): [string, string] => [name, reason])),
);

/** Of these, only the named subcommands pass. */
const ALLOWED_SUBCOMMANDS: Readonly<Record<string, readonly string[]>> = {
  CLIENT: ['ID', 'INFO', 'SETINFO'],
  SCRIPT: ['LOAD', 'EXISTS', 'FLUSH'],
  FUNCTION: ['LOAD', 'LIST', 'DELETE', 'DUMP', 'RESTORE', 'FLUSH', 'STATS'],
};

/** Why the command is refused, as a Redis error, or undefined. `name` is in capitals. */
export function refuse(name: string, args: readonly (string | Buffer)[]): string | undefined {
  const because = (what: string, reason: string): string => `ERR ${what} is not available over REST: ${reason}`;
  const reason = REFUSED.get(name);
  if (reason !== undefined) return because(name, reason);
  const subcommand = String(args[0] ?? '').toUpperCase();
  const allowed = ALLOWED_SUBCOMMANDS[name];
  if (allowed && subcommand && !allowed.includes(subcommand)) return because(`${name} ${subcommand}`, ADMIN);
  if ((name === 'XREAD' || name === 'XREADGROUP') && blocks(args)) return because(`${name} with BLOCK`, BLOCKS);
  return undefined;
}

/** BLOCK counts only as an option, before STREAMS; a group, a consumer or a key may be called so. */
function blocks(args: readonly (string | Buffer)[]): boolean {
  let at = 0;
  while (at < args.length) {
    const word = String(args[at]).toUpperCase();
    if (word === 'STREAMS') return false;
    if (word === 'BLOCK') return true;
    at += word === 'GROUP' ? 3 : word === 'COUNT' ? 2 : 1;
  }
  return false;
}
