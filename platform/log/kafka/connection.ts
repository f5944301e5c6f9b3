/** One kafkajs client at a time: opened when first needed, thrown away after a failure, so that no broken state lives on in it. */
import { LogUnavailableError } from '../log.ts';

export interface Connectable {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

export interface Connection<Client> {
  /**
   * Runs `work` on the connected client. Rejects with LogUnavailableError after timeoutMs, with the client's error where that comes first.
   * Either way the next use opens a new client.
   */
  use<Result>(timeoutMs: number, work: (client: Client) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export function createConnection<Client extends Connectable>(make: () => Client, report: (error: unknown) => void): Connection<Client> {
  let current: { client: Client; connected: Promise<void> } | undefined;
  const ending = new Set<Promise<void>>();

  const open = () => {
    const client = make();
    return { client, connected: client.connect() };
  };
  const end = (client: Client): void => {
    const ended = client
      .disconnect()
      .catch(report)
      .finally(() => ending.delete(ended));
    ending.add(ended);
  };
  return {
    async use(timeoutMs, work) {
      const mine = (current ??= open());
      try {
        return await within(timeoutMs, async () => {
          await mine.connected;
          // Connected too late: its caller was told so, and nothing may be written behind its back.
          if (current !== mine) throw new LogUnavailableError('Kafka did not answer in time');
          return await work(mine.client);
        });
      } catch (error) {
        if (current === mine) {
          current = undefined;
          end(mine.client);
        }
        throw error;
      }
    },
    async close() {
      if (current) end(current.client);
      current = undefined;
      await Promise.all(ending);
    },
  };
}

async function within<Result>(timeoutMs: number, work: () => Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new LogUnavailableError('Kafka did not answer in time')), timeoutMs);
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
