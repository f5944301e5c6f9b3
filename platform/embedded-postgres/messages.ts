/** What the embedded database's thread and its starter say to each other. */
export interface WorkerInput {
  readonly folder: string;
  /** A prepared database (tar.gz) to begin with, or null to open or make the folder's own. */
  readonly template: string | null;
  readonly connectionsMax: number;
}
export type ToWorker = { readonly kind: 'stop' } | { readonly kind: 'dump' };
export type FromWorker =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'dumped'; readonly bytes: Uint8Array }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'broken'; readonly reason: string };
