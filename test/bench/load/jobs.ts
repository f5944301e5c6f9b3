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
  /** These bodies in rotation, sent by these people in rotation; every answer must be one of `answers`. */
  | {
      readonly kind: 'fixed';
      readonly bodies: readonly string[];
      readonly answers: readonly string[];
      readonly tokens: readonly string[];
      /** True: every connection has a part of the bodies to itself, so that one comes again only after all others have come; else all go through all of them. */
      readonly apart?: boolean;
    }
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

/** Open loop: requests go out at their times, however late the answers to earlier ones are. Runs until it is told to stop, or `secondsMax` are over. */
export interface PacedJob {
  readonly kind: 'paced';
  readonly url: string;
  readonly token: string;
  readonly secondsMax: number;
  readonly streams: readonly PacedStream[];
}
export interface PacedStream {
  readonly perSecond: number;
  readonly requests: PacedRequests;
}
export type PacedRequests =
  /** A note on each of these leads in turn, answered when it is VISIBLE. */
  | { readonly kind: 'notes'; readonly leadIds: readonly string[] }
  | { readonly kind: 'by id'; readonly leads: readonly KnownLead[] }
  | { readonly kind: 'lists'; readonly pages: readonly KnownPage[] };

export interface KnownLead {
  readonly id: string;
  readonly email: string;
  /** Nothing older may be read. A note of the same job that became VISIBLE raises it. */
  readonly version: number;
}
/** What a page of the list must hold, in this order. */
export interface KnownPage {
  readonly after: string | null;
  readonly ids: readonly string[];
}
export interface PacedSample {
  readonly kind: PacedRequests['kind'];
  /** From its time in the plan, so that what waits behind a slow answer counts. */
  readonly ms: number;
  /** What was wrong with the answer. */
  readonly wrong?: string;
}
export interface PacedFigures {
  readonly samples: readonly PacedSample[];
}

/** Ends the paced job that runs; its answer follows when the last of its requests has one. */
export interface StopJob {
  readonly kind: 'stop';
}

export type Job = HttpJob | LiveJob | PacedJob;
export type JobAnswer = { readonly figures: HttpFigures | LiveFigures | PacedFigures } | { readonly failure: string };
