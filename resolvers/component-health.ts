/** What is told of how the parts are. Apart from health.ts, which is loaded when it is asked for. */
export const COMPONENT_STATUSES = ['UP', 'DOWN', 'UNKNOWN'] as const;
export type ComponentStatus = (typeof COMPONENT_STATUSES)[number];

export interface ComponentHealth {
  readonly component: string;
  /** Which process; absent for a part that the gateway itself asked. */
  readonly instance?: string | undefined;
  readonly status: ComponentStatus;
  readonly detail: string;
  readonly circuit?: string | undefined;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly at: string;
}

export interface Health {
  readonly ok: boolean;
  readonly scoringCircuit: string | null;
  readonly components: readonly ComponentHealth[];
  readonly at: string;
}
