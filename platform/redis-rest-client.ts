/**
 * Redis over the Upstash REST protocol, as this product uses it: raw replies, one attempt, a hard timeout, and two kinds of error.
 * Edge safe: the global fetch does the requests unless `requester` says otherwise (redis-rest-undici.ts, on Node).
 */
import type { Requester } from '@upstash/redis/cloudflare';
import { RestCommandError, RestUnavailableError, refusal, restError } from './redis-rest-errors.ts';
import { createFetchRequester } from './redis-rest-fetch.ts';

export { RestCommandError, RestUnavailableError };

export type RestArgument = string | number;
/** One command: its name, then its arguments. */
export type RestCommand = readonly RestArgument[];
/** A script call inside a pipeline; made by RestScript.call. */
export interface RestScriptCall {
  readonly source: string;
  readonly keys: readonly string[];
  readonly args: readonly RestArgument[];
}
/** Strings, numbers, null, or arrays of them. 64-bit integers beyond 2^53 lose precision: keep such values as strings. */
export type RestReply = { readonly result: unknown } | { readonly error: string };

export interface RestScript {
  /** Runs the script in one request (two where the server does not know it yet). Throws as `command` does. */
  eval(keys: readonly string[], args: readonly RestArgument[]): Promise<unknown>;
  /** The same as an entry for `pipeline`. */
  call(keys: readonly string[], args: readonly RestArgument[]): RestScriptCall;
}

export interface RestRedis {
  /** Throws a RestCommandError where Redis refuses the command, a RestUnavailableError where nobody answered in time. */
  command(command: RestCommand): Promise<unknown>;
  /**
   * One request, answers in order; not atomic: others' commands may run in between, and one entry's error does not stop the next.
   * Throws a RestUnavailableError where there is no answer (some entries may have run), a RestCommandError where the whole was refused.
   */
  pipeline(commands: readonly (RestCommand | RestScriptCall)[]): Promise<readonly RestReply[]>;
  script(source: string): RestScript;
}

/** Carries requests to the server: over fetch (redis-rest-fetch.ts), or undici's pool (redis-rest-undici.ts). */
export interface RestRequester extends Requester {
  /** Answers as soon as there is a status; the rest comes when it comes, without a limit of time. Rejects, and so does the rest, when the signal aborts. */
  stream(path: string, signal: AbortSignal): Promise<RestStream>;
}
export interface RestStream {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface RestClientOptions {
  readonly url: string;
  readonly token: string;
  /** A request takes at most this long; 5,000 if absent. */
  readonly timeoutMs?: number | undefined;
  /** Does the requests instead of fetch (then `url`, `token` and `timeoutMs` are its business). */
  readonly requester?: Requester | undefined;
}

async function sha1(source: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', new TextEncoder().encode(source)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const isScriptCall = (entry: RestCommand | RestScriptCall): entry is RestScriptCall => 'source' in entry;
const isPlainRead = (entry: RestCommand | RestScriptCall): boolean => !isScriptCall(entry) && entry[0] === 'GET';
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isUnknownScript = (reply: RestReply | undefined): boolean => reply !== undefined && 'error' in reply && reply.error.startsWith('NOSCRIPT');

function toReply(value: unknown): RestReply {
  if (isObject(value)) {
    if (typeof value['error'] === 'string') return { error: value['error'] };
    if ('result' in value) return { result: value['result'] };
  }
  throw new RestUnavailableError('the answer is not of the Redis REST protocol');
}

/** Makes a client; it opens nothing until it is used and needs no closing. */
export function createRestClient(options: RestClientOptions): RestRedis {
  const requester = options.requester ?? createFetchRequester(options);
  const shas = new Map<string, Promise<string>>();
  /** Sources that the server is believed to know; a NOSCRIPT corrects the belief. */
  const known = new Set<string>();

  const shaOf = (source: string): Promise<string> => {
    const sha = shas.get(source) ?? sha1(source);
    shas.set(source, sha);
    return sha;
  };

  const request = async (path: string[], body: readonly unknown[]): Promise<unknown> => {
    try {
      return await requester.request({ path, body });
    } catch (error) {
      throw restError(error);
    }
  };

  const command = async (parts: RestCommand): Promise<unknown> => {
    const reply = toReply(await request([], parts));
    if ('error' in reply) throw refusal(reply.error);
    return reply.result;
  };

  /** The first call of a script not known yet brings the source with it, the later ones follow by sha. */
  const plain = async (entries: readonly (RestCommand | RestScriptCall)[]): Promise<RestCommand[]> => {
    const brought = new Set<string>();
    const commands: RestCommand[] = [];
    for (const entry of entries) {
      if (!isScriptCall(entry)) {
        commands.push(entry);
        continue;
      }
      const bySha = known.has(entry.source) || brought.has(entry.source);
      brought.add(entry.source);
      const head = bySha ? ['EVALSHA', await shaOf(entry.source)] : ['EVAL', entry.source];
      commands.push([...head, entry.keys.length, ...entry.keys, ...entry.args]);
    }
    return commands;
  };

  const sendPipeline = async (entries: readonly (RestCommand | RestScriptCall)[]): Promise<RestReply[]> => {
    const answer = await request(['pipeline'], await plain(entries));
    if (!Array.isArray(answer) || answer.length !== entries.length) throw new RestUnavailableError('the pipeline has not the answers that were asked for');
    const replies = answer.map(toReply);
    entries.forEach((entry) => isScriptCall(entry) && known.add(entry.source));
    entries.forEach((entry, index) => isScriptCall(entry) && isUnknownScript(replies[index]) && known.delete(entry.source));
    return replies;
  };

  const pipeline = async (entries: readonly (RestCommand | RestScriptCall)[]): Promise<readonly RestReply[]> => {
    if (entries.length === 0) return [];
    const replies = await sendPipeline(entries);
    const refused = replies.findIndex(isUnknownScript);
    if (refused < 0) return replies;
    // The server forgot its scripts (a restart): what it refused had no effect and is sent once more, in its order, and with it the plain
    // reads behind it: they were asked for what was true after it.
    const again = new Set(entries.flatMap((entry, index) => (isUnknownScript(replies[index]) || (index > refused && isPlainRead(entry)) ? [index] : [])));
    const second = await sendPipeline(entries.filter((_, index) => again.has(index)));
    const late = second.values();
    return replies.map((reply, index) => (again.has(index) ? (late.next().value ?? reply) : reply));
  };

  const script = (source: string): RestScript => ({
    call: (keys, args) => ({ source, keys, args }),
    async eval(keys, args) {
      const rest = [keys.length, ...keys, ...args];
      if (known.has(source)) {
        try {
          return await command(['EVALSHA', await shaOf(source), ...rest]);
        } catch (error) {
          if (!(error instanceof RestCommandError && error.code === 'NOSCRIPT')) throw error;
        }
      }
      const result = await command(['EVAL', source, ...rest]);
      known.add(source);
      return result;
    },
  });

  return { command, pipeline, script };
}
