/**
 * One transaction, safe against the loss of its connection. postgres.js (3.4.9, its issues 1154 and 1208) goes on using a connection that was lost
 * in the middle: its rollback throws where nobody can catch it and ends the process, or, once connected anew, lands in somebody else's transaction.
 * So from the moment the connection is lost nothing is sent for this transaction any more; the server has rolled it back.
 */
import type { Queryable, Sql } from './connect.ts';
import { isConnectionLoss } from './database-errors.ts';

const never = (): Promise<never> => new Promise(() => undefined);

/** Commits when `work` resolves, else rolls back and rejects with its error or that of the database. */
export function inTransaction<T>(sql: Sql, work: (tx: Queryable) => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let lost: unknown;
    const lose = (error: unknown): void => {
      lost ??= error;
      reject(error);
    };
    const run = async (tx: Queryable): Promise<{ readonly value: T }> => {
      try {
        const value = await work(refusingOnceLost(tx, () => lost));
        // Settling makes postgres.js commit or roll back on the connection: a lost one must not hear of it.
        return lost === undefined ? { value } : await never();
      } catch (error) {
        if (lost === undefined && isConnectionLoss(error)) lose(error);
        if (lost !== undefined) return never();
        throw error;
      }
    };
    sql.begin(run).then((result) => resolve(result.value), lose);
  });
}

function refusingOnceLost(tx: Queryable, lost: () => unknown): Queryable {
  return new Proxy(tx, {
    apply(target, thisArg, args) {
      const error = lost();
      if (error !== undefined) throw error;
      return Reflect.apply(target, thisArg, args);
    },
  });
}
