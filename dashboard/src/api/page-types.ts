/** Who looks, who works leads, and how the parts are. */
export interface Viewer {
  readonly id: string;
  readonly tenant: string;
  readonly roles: readonly string[];
  readonly expiresAt: string;
  /** Where the news stand now. */
  readonly liveCursor: string;
}
export interface AgentName {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly available: boolean;
}
export interface Component {
  readonly component: string;
  readonly instance: string | null;
  readonly status: 'UP' | 'DOWN' | 'UNKNOWN';
  readonly detail: string;
  readonly circuit: string | null;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly at: string;
}
export interface Health {
  readonly ok: boolean;
  readonly scoringCircuit: string | null;
  readonly at: string;
  readonly components: readonly Component[];
}
