/** What the clients asked and were told, what was done to the system, what readers saw: everything that the checker holds the outcomes against. */
import { createWriteStream } from 'node:fs';

/** Milliseconds of this process's monotonic clock, which no fault moves. */
type Moment = number;

export const COMMAND_TYPES = ['CreateLead', 'UpdateLead', 'AddNote', 'AddTag', 'RemoveTag', 'RecordInteraction', 'ChangeStage', 'EraseLead'] as const;
export type CommandType = (typeof COMMAND_TYPES)[number];

/** One answer with a receipt. */
export interface Answer {
  readonly atMs: Moment;
  readonly gateway: number;
  readonly commandId: string;
  readonly leadId: string;
  readonly status: 'ACCEPTED' | 'APPLIED' | 'VISIBLE' | 'REJECTED' | 'DEAD_LETTERED';
  readonly version: number | null;
}

/** A command as its sender remembers it, with every answer that it got, repeats included. */
export interface SentCommand {
  /** The idempotency key; also the marker that the command's texts carry, so that its effect can be told from every other. */
  readonly key: string;
  readonly type: CommandType;
  readonly input: Readonly<Record<string, unknown>>;
  /** Commands of one client are sent one after the other. */
  readonly client: string;
  /** Null: not known before the answer. */
  readonly leadId: string | null;
  readonly expectedVersion: number | null;
  readonly sentAtMs: Moment;
  /** A row of an import has no key of its own and cannot be repeated alone. */
  readonly imported: boolean;
  /** Empty: nobody knows whether it was taken. */
  readonly answers: Answer[];
  /** The API refused it (BAD_USER_INPUT, …): it must have no effect. */
  refusedWith: string | null;
}

/** The key of an accepted command, sent again with another body. */
export interface OtherBody {
  readonly key: string;
  /** In the other body's texts. */
  readonly marker: string;
  /** Codes of errors and statuses of receipts, as they came. */
  readonly answers: string[];
}

/** One read of a lead by its id that was answered. */
export interface Read {
  readonly reader: string;
  /** True where the reader stays with one gateway. */
  readonly pinned: boolean;
  readonly leadId: string;
  readonly startedAtMs: Moment;
  /** Null: the answer was that there is no such lead. */
  readonly version: number | null;
  /** The version that the consistency token asked for; null without one. */
  readonly atLeast: number | null;
}

export const POISON_KINDS = ['garbage', 'no envelope', 'nonsense', 'unstorable', 'huge'] as const;
export type PoisonKind = (typeof POISON_KINDS)[number];

/** A record put straight into a topic of commands, that no command handler can carry out. */
export interface Poison {
  readonly kind: PoisonKind;
  readonly marker: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** Set where it is an envelope: then a receipt may tell of it instead of a dead letter. */
  readonly commandId: string | null;
}

export interface Fault {
  readonly kind: string;
  readonly target: string;
  readonly startedAtMs: Moment;
  endedAtMs: Moment | null;
}

/** What a watcher heard, in the order in which it did. */
export type FollowEntry =
  | { readonly what: 'told'; readonly cursor: string; readonly version: number; readonly events: readonly string[] }
  /** It must read again and go on behind the cursor. */
  | { readonly what: 'reload'; readonly cursor: string }
  /** It was ended, and goes on behind the cursor. */
  | { readonly what: 'resume'; readonly cursor: string | null }
  /** An error in the place of a change. */
  | { readonly what: 'untold'; readonly code: string }
  /** It has read again; null: there is no such lead. */
  | { readonly what: 'state'; readonly version: number | null };

/** One watcher of one lead for a time, over as many connections as it took. */
export interface Follow {
  readonly watcher: string;
  readonly transport: 'sse' | 'websocket';
  readonly leadId: string;
  readonly entries: FollowEntry[];
  /** It followed until nothing moved any more: then it knows everything. */
  toTheEnd: boolean;
}

/** The row of an event as it was seen during the run. */
export interface Sample {
  readonly eventId: string;
  readonly hash: string;
}

export interface Recorded {
  readonly tenant: string;
  readonly commands: ReadonlyMap<string, SentCommand>;
  readonly otherBodies: readonly OtherBody[];
  readonly reads: readonly Read[];
  readonly poisons: readonly Poison[];
  readonly samples: readonly Sample[];
  readonly faults: readonly Fault[];
  readonly follows: readonly Follow[];
}

export interface History extends Recorded {
  readonly commands: Map<string, SentCommand>;
  readonly otherBodies: OtherBody[];
  readonly reads: Read[];
  readonly poisons: Poison[];
  readonly samples: Sample[];
  readonly faults: Fault[];
  readonly follows: Follow[];
  /** Notes a command before it is sent for the first time. */
  sent(command: Omit<SentCommand, 'answers' | 'refusedWith'>): SentCommand;
  answered(command: SentCommand, answer: Answer): void;
  refused(command: SentCommand, code: string): void;
  followed(follow: Follow, entry: FollowEntry): void;
  /** A line of the file that is for people only. */
  note(what: string, facts: object): void;
  /** Commands with at least one receipt. */
  acceptedCount(): number;
  close(): Promise<void>;
}

/** Everything also goes to `file`, a JSON object a line. */
export function createHistory(tenant: string, file: string): History {
  const out = createWriteStream(file);
  let accepted = 0;
  const write = (what: string, facts: object): void => void out.write(`${JSON.stringify({ what, ...facts })}\n`);
  const noted = <T extends object>(what: string): T[] => {
    const list: T[] = [];
    list.push = (...items) => {
      for (const item of items) write(what, item);
      return Array.prototype.push.apply(list, items);
    };
    return list;
  };
  const commands = new Map<string, SentCommand>();
  return {
    tenant,
    commands,
    otherBodies: [],
    reads: noted('read'),
    poisons: noted('poison'),
    samples: [],
    faults: [],
    follows: [],
    sent(facts) {
      const command: SentCommand = { ...facts, answers: [], refusedWith: null };
      commands.set(command.key, command);
      write('sent', facts);
      return command;
    },
    answered(command, answer) {
      if (command.answers.length === 0) accepted += 1;
      command.answers.push(answer);
      write('answered', { key: command.key, ...answer });
    },
    refused(command, code) {
      command.refusedWith = code;
      write('refused', { key: command.key, code });
    },
    followed({ watcher, leadId, entries }, entry) {
      entries.push(entry);
      const { what: heard, ...facts } = entry;
      write('followed', { watcher, leadId, heard, ...facts });
    },
    note: write,
    acceptedCount: () => accepted,
    close: () => new Promise((resolve) => out.end(() => resolve())),
  };
}
