/** The leads as the product answered them, for servers that keep them as objects in memory. */
import { readFileSync } from 'node:fs';

export interface PeerAgent {
  readonly id: string;
  readonly name: string;
}
/** As the documents ask for it, with the agent by id. */
export interface PeerLead {
  readonly id: string;
  readonly agentId: string | null;
}
export interface PeerFile {
  /** By score, highest first. */
  readonly leads: readonly (Readonly<Record<string, unknown>> & PeerLead)[];
  readonly agents: readonly PeerAgent[];
  /** Of each lead its place in the list, as the product told it. */
  readonly cursors: readonly string[];
  /** The whole answers, for the server that does nothing but send them. */
  readonly list: string;
  readonly byId: Readonly<Record<string, string>>;
  /** Pages of the list by the cursor that they begin behind; '' for the first. */
  readonly pages: Readonly<Record<string, string>>;
}

/** The file is the first argument of each peer. */
export function readPeerFile(): PeerFile {
  const [, , path] = process.argv;
  if (path === undefined) throw new Error('the first argument is the file with the data');
  return JSON.parse(readFileSync(path, 'utf8')) as PeerFile;
}

/** Tells the run where the server listens, and ends with it. */
export function announce(url: string): void {
  process.stdout.write(`${url}\n`);
  process.once('disconnect', () => process.exit(0));
}
