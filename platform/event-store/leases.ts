/** Who may do what only one process may do at a time (the relay, a demo). */
export interface Leases {
  /** Takes or keeps the lease `name` for `holder` for `ttlMs` from now; false where another holds it. */
  hold(name: string, holder: string, ttlMs: number): Promise<boolean>;
  /** Gives it back, if `holder` has it. */
  release(name: string, holder: string): Promise<void>;
}
