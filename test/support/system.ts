/** The whole product, as a person starts it, in a folder of its own: embedded (one process), or scaled (a process for each role, on real services). */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '../../domain/agent/agent.ts';
import { tenantId } from '../../domain/ids.ts';
import { loadDevKeys } from '../../platform/auth/dev-keys.ts';
import { systemClock } from '../../platform/clock.ts';
import { createApi, type Api } from './api.ts';
import { startProgram, type Program } from './program.ts';
import { builtParts, embeddedParts, scaledParts, type Part } from './system/parts.ts';

export type SystemSize = 'embedded' | 'scaled';
export interface SystemOptions {
  /** Variables of the product, for every process of it. */
  readonly env?: Readonly<Record<string, string>>;
  /** False: nothing is started before `restart`. */
  readonly started?: boolean;
  /** Of the scaled size: where the built processes lie, which then run instead of the sources. */
  readonly built?: string;
}

export interface System {
  readonly dataDir: string;
  /** Addresses of the gateways that run; other ones after each restart. */
  gateways(): readonly string[];
  /** A client of one gateway (0 or 1), signed in as a demo user, or with a token. */
  api(options?: { gateway?: number; user?: 'admin' | 'manager' | 'agent'; token?: string }): Promise<Api>;
  /** A token that the gateways accept, for any tenant. */
  tokenOf(tenant: string, roles?: readonly Role[]): Promise<string>;
  /** To one program or to all but the services; resolves once they have ended. */
  kill(name: string, signal: NodeJS.Signals): Promise<void>;
  /** Starts what does not run. Resolves when all of it works. */
  restart(): Promise<void>;
  program(name: string): Program;
  /** The same program once more, beside the one that runs. */
  another(name: string): Program;
  /** Throws where a program does not end well. */
  stop(): Promise<void>;
  /** The end of what every program said. */
  logs(): string;
}

const LOG_LINES_MAX = 60;

export async function startSystem(size: SystemSize, options: SystemOptions = {}): Promise<System> {
  const root = mkdtempSync(join(tmpdir(), `lead-intelligence-${size}-`));
  // Postgres runs as another user where we are root, and has to get at its folder.
  chmodSync(root, 0o755);
  const { parts: asPrinted, services } = await (size === 'embedded' ? embeddedParts : scaledParts)(root, options.env ?? {});
  const parts = options.built === undefined ? asPrinted : builtParts(asPrinted, options.built);
  // The gateways' own DATA_DIR, where the key of the dev tokens is.
  const dataDir = parts[0]?.env['DATA_DIR'] ?? root;
  const programs = new Map<string, Program>();
  const history: string[] = [];

  const partOf = (name: string): Part => {
    const part = parts.find((one) => one.name === name);
    if (part === undefined) throw new Error(`there is no part ${name}; there are ${parts.map((one) => one.name).join(', ')}`);
    return part;
  };
  const program = (name: string): Program => {
    const found = programs.get(partOf(name).name);
    if (found === undefined) throw new Error(`${name} was not started yet`);
    return found;
  };
  const gateways = (): string[] =>
    parts.flatMap(({ name, gateways: pattern }) => (pattern ? Array.from(program(name).output().matchAll(pattern), ([, url = '']) => url) : []));

  async function restart(): Promise<void> {
    const fresh = parts.filter(({ name }) => programs.get(name)?.isRunning() !== true);
    for (const part of fresh) {
      const before = programs.get(part.name);
      if (before) history.push(before.output());
      programs.set(part.name, startProgram(part));
    }
    await Promise.all(fresh.map(({ name, ready }) => program(name).until(ready)));
  }

  async function kill(name: string, signal: NodeJS.Signals): Promise<void> {
    const targets = name === 'all' ? [...programs.values()] : [program(name)];
    for (const target of targets) target.kill(signal);
    await Promise.all(targets.map(({ ended }) => ended));
  }

  async function stop(): Promise<void> {
    const ends = await Promise.allSettled([...programs.values()].map((one) => one.stop()));
    ends.push(...(await Promise.allSettled([services?.stop()])));
    rmSync(root, { recursive: true, force: true });
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  const system: System = {
    dataDir,
    gateways,
    kill,
    restart,
    program,
    another: (name) => startProgram(partOf(name)),
    stop,
    async api({ gateway = 0, user = 'admin', token } = {}) {
      const url = gateways()[gateway];
      if (url === undefined) throw new Error(`there is no gateway ${gateway}`);
      return createApi(url, token ?? (await devToken(url, user)));
    },
    async tokenOf(tenant, roles = ['ADMIN']) {
      const keys = await loadDevKeys(dataDir, systemClock);
      return (await keys.sign({ tenant: tenantId(tenant), subject: `somebody-of-${tenant}`, roles })).token;
    },
    logs: () => [...history, ...(services ? [services] : []), ...programs.values()].map(lastLines).join('\n'),
  };
  if (options.started === false) return system;
  try {
    await restart();
    return system;
  } catch (error) {
    // What could not start is what to tell of.
    await stop().catch((failed: unknown) => console.error(failed));
    throw error;
  }
}

async function devToken(url: string, user: string): Promise<string> {
  const response = await fetch(`${url}/dev/token`, { method: 'POST', body: JSON.stringify({ user }) });
  const answer = (await response.json()) as { readonly token: string };
  if (!response.ok) throw new Error(`no dev token: ${JSON.stringify(answer)}`);
  return answer.token;
}

function lastLines(said: Program | string): string {
  const [title, text] = typeof said === 'string' ? ['before a restart', said] : [said.name, said.output()];
  return `--- ${title}\n${text.trimEnd().split('\n').slice(-LOG_LINES_MAX).join('\n')}`;
}
