/** One id names a request in answers, errors and the log. A caller's own is kept, so that its log and ours meet. */
export const REQUEST_ID_HEADER = 'x-request-id';

const WELL_FORMED = /^[\w.-]{1,64}$/;
export const isRequestId = (text: string): boolean => WELL_FORMED.test(text);

export function requestIdOf(request: Request): string {
  const given = request.headers.get(REQUEST_ID_HEADER);
  return given !== null && isRequestId(given) ? given : crypto.randomUUID();
}
