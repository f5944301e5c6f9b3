/** What subscriptions tell. An ApiError in their place is told as the error of that result. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { FigureChange } from '../../domain/views/board.ts';
import type { RequestContext } from '../context.ts';
import { isApiError, type ApiError } from '../errors.ts';
import type { NodeValue } from '../nodes.ts';
import type { ScoreDirection } from './score-change.ts';

export interface News {
  /** Resume behind it. */
  readonly cursor: string;
  readonly at: string;
}
export interface LeadNews extends News {
  /** Not older than the change. */
  readonly lead: Lead;
  readonly version: number;
  readonly events: readonly string[];
}
export interface ScoreNews extends News {
  readonly lead: Lead;
  readonly previous: number | undefined;
  readonly score: number;
  readonly direction: ScoreDirection;
  readonly tierChanged: boolean;
}
export interface ActivityNews extends News {
  readonly id: string;
  readonly version: number;
  readonly events: readonly string[];
  readonly node: (context: RequestContext) => Promise<NodeValue | null>;
}
export interface PropertyAlert {
  readonly propertyId: string;
  readonly score: number;
  readonly message: string;
}
export interface AlertNews extends News {
  readonly lead: Lead;
  readonly alerts: readonly PropertyAlert[];
}

export interface BoardNews extends News {
  readonly figures: readonly FigureChange[];
}

/** The news themselves, or the error thrown: for the field that tells them. */
export function orThrow<T>(news: T | ApiError): T {
  if (isApiError(news)) throw news;
  return news;
}
