/** From what a request says to commands for Redis: JSON bodies and the path form. */
export type CommandArgument = string | Buffer;
export interface Command {
  /** In capitals: ioredis treats some lower-case names specially. */
  readonly name: string;
  readonly args: readonly CommandArgument[];
}

/** The request is not of the protocol; the message goes to the caller. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

function toArgument(value: unknown, position: number): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 2 ** 64)
      throw new BadRequest(`ERR argument ${position} is a whole number beyond 2^53: send it as a string`);
    return String(value);
  }
  if (typeof value === 'boolean') return String(value);
  throw new BadRequest(`ERR argument ${position} must be a string, a number or a boolean`);
}

function toCommand(value: unknown): Command {
  if (!Array.isArray(value)) throw new BadRequest('ERR a command must be an array like ["SET","key","value"]');
  const [name, ...args] = value.map(toArgument);
  if (name === undefined || name === '') throw new BadRequest('ERR empty command');
  return { name: name.toUpperCase(), args };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new BadRequest(`ERR failed to parse the body as JSON: ${error instanceof Error ? error.message.slice(0, 200) : ''}`);
  }
}

/** Throws a BadRequest on anything but one command. */
export const commandFromBody = (body: Buffer): Command => toCommand(parse(body));

/** Throws a BadRequest on anything but a list of commands; the message says which one is wrong. */
export function commandsFromBody(body: Buffer): Command[] {
  const list = parse(body);
  if (!Array.isArray(list)) throw new BadRequest('ERR the body must be an array of commands like [["GET","a"],["GET","b"]]');
  if (list.length === 0) throw new BadRequest('ERR empty pipeline request');
  return list.map((entry, index) => {
    try {
      return toCommand(entry);
    } catch (error) {
      if (error instanceof BadRequest) throw new BadRequest(`${error.message} (command ${index})`);
      throw error;
    }
  });
}

/** Bytes, not text: %FF is one byte 255. */
export function percentDecode(text: string): Buffer {
  if (!text.includes('%')) return Buffer.from(text, 'latin1');
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) throw new BadRequest(`ERR the path has a broken percent escape`);
  return Buffer.from(
    text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  );
}

/** `/set/key` with a body and `?EX=100` is SET key <body> EX 100; `_token` is no argument. */
export function commandFromPath(segments: readonly string[], query: string, body: Buffer): Command {
  const [name, ...args] = segments.map(percentDecode);
  if (name === undefined || name.length === 0) throw new BadRequest('ERR empty command');
  if (body.length > 0) args.push(body);
  for (const pair of query.split('&')) {
    if (pair === '' || pair.startsWith('_token=')) continue;
    const equals = pair.indexOf('=');
    const parts = equals < 0 ? [pair] : [pair.slice(0, equals), pair.slice(equals + 1)];
    args.push(...parts.map((part) => percentDecode(part.replaceAll('+', ' '))));
  }
  return { name: name.toString('utf8').toUpperCase(), args };
}
