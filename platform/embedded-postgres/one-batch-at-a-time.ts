/**
 * PGlite has one backend for all connections, and pglite-socket lets them take turns after every protocol message.
 * Two clients then share the unnamed statement and portal: six clients with unnamed queries had one in ten fail on another's statement.
 * Seen through this, PGlite also counts as busy from a client's first extended-protocol message until its Sync,
 * so that the socket server (which already waits for the end of a transaction) lets no other client in between.
 */
import type { PGlite } from '@electric-sql/pglite';

const code = (letter: string): number => letter.charCodeAt(0);
/** Parse, Bind, Describe, Execute, Close, Flush: more will follow. Query and Sync end what the client had begun. */
const OPENS = new Set(['P', 'B', 'D', 'E', 'C', 'H'].map(code));
const ENDS = new Set(['Q', 'S'].map(code));
const SYNC = Uint8Array.of(code('S'), 0, 0, 0, 4);

/** Stands in for `db` towards pglite-socket. `onBroken` is told when the engine itself failed; nothing works after that. */
export function oneBatchAtATime(db: PGlite, onBroken: (error: unknown) => void): PGlite {
  let open = false;
  const execProtocolRawStream: PGlite['execProtocolRawStream'] = async (message, options) => {
    const type = message[0] ?? 0;
    if (OPENS.has(type)) open = true;
    try {
      await db.execProtocolRawStream(message, options);
    } catch (error) {
      onBroken(error);
      throw error;
    }
    if (ENDS.has(type)) open = false;
  };
  /** The socket server rolls back for a client that left. */
  const exec: PGlite['exec'] = async (query, options) => {
    if (open) await db.execProtocolRawStream(SYNC, { onRawData: () => undefined });
    open = false;
    return db.isInTransaction() ? db.exec(query, options) : [];
  };
  const isInTransaction = (): boolean => open || db.isInTransaction();
  return new Proxy(db, {
    get(target, property) {
      if (property === 'execProtocolRawStream') return execProtocolRawStream;
      if (property === 'exec') return exec;
      if (property === 'isInTransaction') return isInTransaction;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
