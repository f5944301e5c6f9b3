/**
 * kafkajs 2.2.4 keeps a timer of 1 ms running for each connection, for ever (its delay is negative where nothing is throttled):
 * measured 5 % of a core while idle. This lets its request queue sleep while nothing waits in it.
 */
import loaded from 'kafkajs/src/network/requestQueue/index.js';

interface RequestQueue {
  readonly pending: readonly unknown[];
  /** Milliseconds since 1970, -1 for never. */
  readonly throttledUntil: number;
}
interface RequestQueuePrototype {
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

let quiet = false;

/** Patches kafkajs once in this process. Throws where its insides are not the ones that this knows. */
export function quietKafkaTimers(): void {
  if (quiet) return;
  const prototype = requestQueuePrototype();
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    const isIdle = this.pending.length === 0 && this.throttledUntil <= Date.now();
    if (!isIdle) schedule.call(this);
  };
  quiet = true;
}

function requestQueuePrototype(): RequestQueuePrototype {
  const prototype: unknown = typeof loaded === 'function' ? loaded.prototype : undefined;
  if (typeof prototype === 'object' && prototype !== null && 'scheduleCheckPendingRequests' in prototype) return prototype as RequestQueuePrototype;
  throw new Error('the request queue of kafkajs has changed: see whether it still needs this patch');
}
