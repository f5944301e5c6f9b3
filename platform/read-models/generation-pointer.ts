/**
 * Which generations of views there are in a Redis, and which one answers. One document under one key: to switch is to set it.
 * No pointer: this Redis has nothing (new, or flushed).
 */
export interface GenerationPointer {
  /** The generation that answers; null while none can be trusted. */
  readonly serving: number | null;
  /** The generation that is being built beside it. */
  readonly building: number | null;
  /**
   * Grows with every change and about once a second. A stamp that went back: Redis came back without its last writes, and nothing that it
   * says of the views can be trusted.
   */
  readonly stamp: number;
  /** Which run of the Redis server the views were trusted in: another one may have lost the last writes. '' where the server does not say. */
  readonly run: string;
  /** Which write model the views are of. */
  readonly source: string;
}

export const GENERATIONS_KEY = '{_system}:generations';

/** What outlives every generation stands in this one: receipts, webhooks and status documents, which no event makes. */
export const KEPT_GENERATION = 0;

/**
 * Every generation that writes go to, in this order: what the serving one shows is in the other one by then, so that nothing goes back
 * where they are switched in between.
 */
export const liveGenerations = ({ serving, building }: Pick<GenerationPointer, 'serving' | 'building'>): readonly number[] =>
  [building, serving].filter((generation) => generation !== null);

const isGeneration = (value: unknown): value is number | null => value === null || (Number.isSafeInteger(value) && Number(value) > KEPT_GENERATION);

/** Null where there is none, or something that nobody of ours wrote. */
export function parsePointer(text: unknown): GenerationPointer | null {
  if (typeof text !== 'string') return null;
  try {
    const { serving, building, stamp, run, source } = JSON.parse(text) as Partial<GenerationPointer>;
    const isPointer = isGeneration(serving) && isGeneration(building) && typeof stamp === 'number' && typeof run === 'string' && typeof source === 'string';
    return isPointer ? { serving, building, stamp, run, source } : null;
  } catch {
    return null;
  }
}

export const pointerText = ({ serving, building, stamp, run, source }: GenerationPointer): string => JSON.stringify({ serving, building, stamp, run, source });
