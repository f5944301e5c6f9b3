/** One question to the origin role over HTTP. Web-standard APIs only. */
import { withTimeLimit } from '../time-limit.ts';

/** The origin did not answer, or not in time. */
export class OriginUnavailableError extends Error {
  override readonly name = 'OriginUnavailableError';
}

export interface OriginAddress {
  readonly url: string;
  readonly token: string;
}

/** `signal`: of the caller, who may go away before the time is over. */
export async function postToOrigin<T>({ url, token }: OriginAddress, path: string, body: unknown, timeoutMs: number, signal?: AbortSignal): Promise<T> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  try {
    return await withTimeLimit(timeoutMs, async (late) => {
      const either = signal === undefined ? late : AbortSignal.any([late, signal]);
      const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body), signal: either });
      if (!response.ok) throw new Error(`it answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
      return (await response.json()) as T;
    });
  } catch (error) {
    throw new OriginUnavailableError(`the origin could not be asked: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
