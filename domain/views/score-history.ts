/** The history of a lead's score: one entry for each score. */
import type { RecordedEvent } from '../messages.ts';
import type { ScoreSource, Tier } from '../scoring/score.ts';

export interface ScoreHistoryEntry {
  readonly version: number;
  readonly at: string;
  readonly value: number;
  readonly confidence: number;
  readonly tier: Tier;
  readonly source: ScoreSource;
  /** The value before; null for the first. */
  readonly previous: number | null;
  readonly tierChanged: boolean;
  readonly modelVersion: string;
}

/** Null where the fact is no score. */
export function scoreHistoryEntry({ event, version, at }: RecordedEvent): ScoreHistoryEntry | null {
  if (event.type !== 'LeadScored') return null;
  const { value, confidence, tier, source, modelVersion } = event.score;
  return { version, at, value, confidence, tier, source, previous: event.previous?.value ?? null, tierChanged: event.tierChanged, modelVersion };
}
