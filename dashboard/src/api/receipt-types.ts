/** What became of a command. */
export type CommandStatus = 'ACCEPTED' | 'APPLIED' | 'VISIBLE' | 'REJECTED' | 'DEAD_LETTERED';

export interface Receipt {
  readonly id: string;
  readonly type: string;
  readonly status: CommandStatus;
  readonly acceptedAt: string;
  readonly appliedAt: string | null;
  readonly visibleAt: string | null;
  readonly leadId: string | null;
  readonly version: number | null;
  /** Reads with it are not older than the change. */
  readonly token: string | null;
  readonly error: { readonly code: string; readonly message: string; readonly field: string | null } | null;
}

/** True where nothing more can come. */
export const isFinal = ({ status }: Receipt): boolean => status !== 'ACCEPTED' && status !== 'APPLIED';
