/** The port to a CDN in front of the gateways: it forgets what carries one of these tags (the header Cache-Tag). */
export interface PurgeHook {
  /** Any order, and as often as one likes: several gateways tell of the same change. Rejects where it is not known that it was done. */
  purge(tags: readonly string[], signal?: AbortSignal): Promise<void>;
}
