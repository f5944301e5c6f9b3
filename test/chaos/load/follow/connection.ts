/** One connection of a follower to one gateway, whatever the transport: what comes, and that it is over. */

export const FOLLOW = 'subscription Follow($id: ID!, $after: String) { leadChanged(id: $id, after: $after) { cursor version events } }';

export interface FollowResult {
  readonly data?: { readonly leadChanged: { readonly cursor: string; readonly version: number; readonly events: readonly string[] } | null } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string; readonly cursor?: string | null } }[];
}

export interface ConnectOptions {
  readonly port: number;
  readonly token: string;
  readonly leadId: string;
  readonly after: string;
  readonly onResult: (result: FollowResult) => void;
}

export interface FollowConnection {
  /** Resolves once nothing comes any more, whoever ended it; never rejects. */
  readonly ended: Promise<void>;
  leave(): void;
}

export type Connect = (options: ConnectOptions) => FollowConnection;

/** JSON or not at all: a gateway that is killed ends in the middle of a word. */
export function resultIn(text: string): FollowResult | null {
  try {
    return JSON.parse(text) as FollowResult;
  } catch {
    return null;
  }
}
