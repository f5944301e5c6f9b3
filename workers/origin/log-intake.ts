/** Takes commands of gateways without TCP into the log. Who may ask was looked at before. */
import type { z } from 'zod';
import { LogUnavailableError, type Log } from '../../platform/log/log.ts';
import { logRequest } from '../../platform/origin/protocol.ts';
import type { HttpAnswer } from '../kit/role.ts';

export interface LogIntake {
  /** Answers 200 once the records are durable, 422 for what the log will never take, 503 where it is not known. Throws for a body that is none. */
  append(input: unknown): Promise<HttpAnswer>;
  check(): Promise<HttpAnswer>;
}

type Records = z.infer<typeof logRequest>['records'];

const json = (status: number, value: unknown): HttpAnswer => ({ status, body: JSON.stringify(value), contentType: 'application/json' });
const unavailable = json(503, { error: 'the log did not answer; it is not known whether it took the records' });
/** Inside the time that the gateway's caller waits for. */
const APPEND_MS = 5_000;

/** `mayWrite`: to which topics from outside; the others are the workers' own. */
export function createLogIntake(log: Pick<Log, 'append' | 'check'>, mayWrite: (topic: string) => boolean): LogIntake {
  const append = async (records: Records): Promise<HttpAnswer> => {
    const foreign = records.find(({ topic }) => !mayWrite(topic));
    if (foreign !== undefined) return json(422, { error: `nobody may write to the topic ${JSON.stringify(foreign.topic)} from outside` });
    try {
      await log.append(records, { signal: AbortSignal.timeout(APPEND_MS) });
      return json(200, { appended: records.length });
    } catch (error) {
      if (error instanceof LogUnavailableError) return unavailable;
      // The log itself refuses them: larger than it takes.
      if (error instanceof RangeError) return json(422, { error: error.message });
      throw error;
    }
  };
  return {
    append: (input) => append(logRequest.parse(input).records),
    check: () =>
      log.check().then(
        () => json(200, {}),
        () => unavailable,
      ),
  };
}
