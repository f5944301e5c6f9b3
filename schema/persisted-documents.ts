/** The documents of our clients (operations/), as they send them: each names its text by the text's SHA-256 in hex. */
import manifest from './operations/persisted.json' with { type: 'json' };

export const PERSISTED_DOCUMENTS: ReadonlyMap<string, string> = new Map(Object.entries(manifest));
