/** What the run asks of the process that makes the load, and what that answers: sent between the two, so plain data. */
export interface HttpJob {
  readonly kind: 'http';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  readonly requests: RequestSource;
}

export type RequestSource =
  /** These bodies in rotation; every answer must be one of `answers`. */
  | { readonly kind: 'fixed'; readonly bodies: readonly string[]; readonly answers: readonly string[] }
  /** Half new leads, half interactions of `leadIds`; every answer must be a receipt that says ACCEPTED. */
  | { readonly kind: 'mutations'; readonly leadIds: readonly string[]; readonly run: string };

export interface HttpFigures {
  readonly requestsPerSecond: number;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers that were not what they should be, and connections that failed. */
  readonly errors: number;
}

export const TRANSPORTS = ['sse', 'websocket'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface LiveJob {
  readonly kind: 'live';
  readonly url: string;
  readonly token: string;
  readonly leadIds: readonly string[];
  readonly samples: number;
}
export interface LiveFigures {
  /** From before the mutation was sent until each subscriber had the change. */
  readonly receivedMs: Readonly<Record<Transport, readonly number[]>>;
  /** From before the mutation was sent until its receipt (ACCEPTED) was there. */
  readonly acceptedMs: readonly number[];
}

export type Job = HttpJob | LiveJob;
export type JobAnswer = { readonly figures: HttpFigures | LiveFigures } | { readonly failure: string };
