/** What the run asks of the process that makes the load, and what that answers: sent between the two, so plain data. */
export interface HttpJob {
  readonly kind: 'http';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  readonly requests: RequestSource;
}

export type RequestSource = Questions | Mutations;

/** These bodies in rotation, sent by these people in rotation; every answer must be one of `answers`. */
export interface Questions {
  readonly kind: 'fixed';
  readonly bodies: readonly string[];
  readonly answers: readonly string[];
  readonly tokens: readonly string[];
  /**
   * True: every connection has a part of the bodies to itself, so that one comes again only after all others have come; else all go through all of them.
   * Each of those asks for one field by a name of its own (`listPage`), which its answer is freed of before it is compared.
   */
  readonly apart?: boolean;
}

/** Half new leads, half interactions of `leadIds`; every answer must be a receipt that says ACCEPTED. */
export interface Mutations {
  readonly kind: 'mutations';
  readonly leadIds: readonly string[];
  /** In no other run. */
  readonly run: string;
}

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

export const MIXED_KINDS = ['by id', 'by id, GET with the tag', 'lists', 'changes, until VISIBLE'] as const;
export type MixedKind = (typeof MIXED_KINDS)[number];

/** Reads and changes of leads by Zipf over several gateways, each asked by chance. */
export interface MixedJob {
  readonly kind: 'mixed';
  readonly urls: readonly string[];
  /** Good at every gateway. */
  readonly tokens: readonly string[];
  /** Those most in demand first. */
  readonly leads: readonly KnownLead[];
  readonly seconds: number;
  readonly pace: { readonly kind: 'open'; readonly perSecond: number } | { readonly kind: 'closed'; readonly clients: number };
}
export interface MixedFigures {
  /** Open loop: from a request's time in the plan. */
  readonly ms: Readonly<Record<MixedKind, readonly number[]>>;
  /** From visibleAt of a change until a gateway's answer showed it: the one that had taken it in, the other, and the later of both. */
  readonly shownMs: Readonly<Record<'same' | 'other' | 'last', readonly number[]>>;
  readonly perSecond: number;
  /** Answers to GET that said 304. */
  readonly notModified: number;
  /** Leads in answers whose version was checked, and those that were behind what was VISIBLE when they were asked for, within the bound of trust. */
  readonly checked: number;
  readonly behind: number;
  /** UNAVAILABLE, or a change that was not VISIBLE before its answer was due. Not among the times. */
  readonly refused: number;
  readonly wrong: number;
  /** The first of what was wrong. */
  readonly told: readonly string[];
}

/** Ends the paced job that runs; its answer follows when the last of its requests has one. */
export interface StopJob {
  readonly kind: 'stop';
}

export type Job = HttpJob | LiveJob | PacedJob | MixedJob;
export type JobAnswer = { readonly figures: HttpFigures | LiveFigures | PacedFigures | MixedFigures } | { readonly failure: string };
