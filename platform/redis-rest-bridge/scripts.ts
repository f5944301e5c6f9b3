/**
 * Upstash takes script flags that a plain Redis refuses (`#!lua flags=allow-key-locking`, sent by @upstash/ratelimit). Such a first line is left out
 * here, and because clients compute the sha over the whole text, the sha they use is translated to the one Redis knows.
 */
import { createHash } from 'node:crypto';
import type { Command, CommandArgument } from './commands.ts';

const HEADER = /^#!lua[^\n]*/;
/** Flags of Redis 7: a header with only these goes through untouched. */
const KNOWN = new Set(['no-writes', 'allow-oom', 'allow-stale', 'no-cluster', 'allow-cross-slot-keys']);
const LIMIT = 10_000;

const sha1 = (text: CommandArgument): string => createHash('sha1').update(text).digest('hex');

/** The script without its header (the newline stays, so that line numbers hold), or undefined where nothing is to be done. */
function stripped(source: CommandArgument | undefined): string | undefined {
  if (source === undefined) return undefined;
  const text = String(source);
  const header = HEADER.exec(text)?.[0];
  if (header === undefined) return undefined;
  const flags = /flags=([^\s]*)/.exec(header)?.[1]?.split(',') ?? [];
  return flags.every((flag) => flag !== '' && KNOWN.has(flag)) ? undefined : text.slice(header.length);
}

export interface Translated {
  readonly command: Command;
  /** Replaces Redis' reply (a sha that the client does not know). */
  readonly reply?: Buffer | undefined;
}

export function createScriptTranslation(): (command: Command) => Translated {
  const aliases = new Map<string, string>();
  const learn = (source: CommandArgument, plain: string): string => {
    const sha = sha1(source);
    if (aliases.size >= LIMIT) aliases.clear(); // Redis then says NOSCRIPT and clients send the source again
    aliases.set(sha, sha1(plain));
    return sha;
  };
  const real = (sha: CommandArgument): CommandArgument => aliases.get(String(sha).toLowerCase()) ?? sha;

  return (command) => {
    const { name, args } = command;
    const [first, second, ...others] = args;
    if (first === undefined) return { command };
    if (name === 'EVALSHA' || name === 'EVALSHA_RO') return aliases.size === 0 ? { command } : { command: { name, args: [real(first), ...args.slice(1)] } };
    if (name === 'EVAL' || name === 'EVAL_RO') {
      const plain = stripped(first);
      if (plain === undefined) return { command };
      learn(first, plain);
      return { command: { name, args: [plain, ...args.slice(1)] } };
    }
    if (name !== 'SCRIPT') return { command };
    const subcommand = String(first).toUpperCase();
    if (subcommand === 'EXISTS') return { command: { name, args: [first, ...args.slice(1).map(real)] } };
    const plain = subcommand === 'LOAD' ? stripped(second) : undefined;
    if (second === undefined || plain === undefined) return { command };
    return { command: { name, args: [first, plain, ...others] }, reply: Buffer.from(learn(second, plain)) };
  };
}
