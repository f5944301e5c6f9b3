/** The API as the tools for people ask it. */

export interface ApiAddress {
  /** Of the gateway, without a path. */
  readonly url: string;
  readonly token: string;
}

/** The API refused; `code` is one of its catalogue. */
export class ApiRefusedError extends Error {
  override readonly name = 'ApiRefusedError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
/** Nobody answers there, or something else than the API. */
export class ApiUnreachableError extends Error {
  override readonly name = 'ApiUnreachableError';
}

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** The token given, or a dev token, which only a gateway on this machine gives. Throws ApiUnreachableError, ApiRefusedError. */
export async function signIn(url: string, token: string | undefined): Promise<ApiAddress> {
  const address = url.replace(/\/+$/, '');
  if (token !== undefined) return { url: address, token };
  const response = await reach(`${address}/dev/token`, { method: 'POST' });
  if (!response.ok) throw new ApiRefusedError('UNAUTHENTICATED', `${address} gives no dev tokens (${response.status}); give --token`);
  return { url: address, token: (await jsonOf<{ token: string }>(response)).token };
}

/** The data. Throws ApiRefusedError with the first error where there are any, ApiUnreachableError. */
export async function askApi<T>({ url, token }: ApiAddress, query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<T> {
  const response = await reach(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await jsonOf<Answer<T>>(response);
  const [error] = errors ?? [];
  if (error) throw new ApiRefusedError(error.extensions?.code ?? 'INTERNAL', errors?.map(({ message }) => message).join('; ') ?? error.message);
  if (!data) throw new ApiUnreachableError(`${url} answered ${response.status} without data`);
  return data;
}

async function reach(address: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, request);
  } catch (error) {
    // fetch says what went wrong in its cause: nobody listens, say.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new ApiUnreachableError(`${address} does not answer (${cause instanceof Error ? cause.message : String(cause)})`, { cause: error });
  }
}

async function jsonOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new ApiUnreachableError(`${response.url} answered ${response.status} with something else than the API does`, { cause: error });
  }
}
