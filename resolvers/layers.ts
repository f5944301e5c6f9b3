/** The layers that answers come from, as they are told to people: L0 finished answers, L1 views and lists in memory, L2 read models, L3 the origin. */

export interface LayerState {
  /** Counts since the start, and sizes now. */
  readonly facts: Readonly<Record<string, number>>;
  /** Where the layer is not asked while it fails: CLOSED, OPEN or HALF_OPEN. */
  readonly circuit?: string | undefined;
}

export type LayerName = 'L0' | 'L1' | 'L2' | 'L3';

/** Those that this process has; each is asked when somebody wants to know. */
export type Layers = Map<LayerName, () => LayerState>;
