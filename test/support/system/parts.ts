/** The programs that make up the product, in its smallest and in its largest size. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { builtFile, gatewaySnapshot, PROCESSES, type ProcessName } from '../../../scripts/build/bundle.ts';
import { startProgram, type Program, type ProgramSpec } from '../program.ts';

export interface Part extends ProgramSpec {
  /** What it says once it works. */
  readonly ready: RegExp;
  /** What it says of the gateways that it runs; the first group is the address. */
  readonly gateways?: RegExp;
}
export interface Parts {
  readonly parts: readonly Part[];
  /** What runs beneath them, and outlives every kill. */
  readonly services: Program | null;
}
type Environment = Readonly<Record<string, string>>;

/** `npm start`: one program, two gateways. */
export function embeddedParts(dataDir: string, env: Environment): Parts {
  const start: Part = {
    name: 'start',
    args: ['scripts/start.ts'],
    env: { DATA_DIR: dataDir, PORT: '0', GATEWAYS: '2', DEMO: 'off', LOG_LEVEL: 'warn', ...env },
    ready: /^Ctrl-C stops it\.$/m,
    gateways: /^ +gateway \d +(http:\S+)/gm,
  };
  return { parts: [start], services: null };
}

/** What `npm run start:services` says to export and to run: each of these commands as a process of its own. */
export async function scaledParts(dataDir: string, env: Environment): Promise<Parts> {
  const folder = join(dataDir, 'services');
  mkdirSync(folder);
  const services = startProgram({ name: 'services', args: ['scripts/start-services.ts', `--folder=${folder}`], env: {} });
  try {
    const [printed] = await services.until(/^# The services run\.[^]*^# Ctrl-C/m);
    const exported = Object.fromEntries(Array.from(printed.matchAll(/^export (\w+)='(.*)'$/gm), ([, name = '', value = '']) => [name, value]));
    const commands = Array.from(printed.matchAll(/^((?:\w+=\S+ )*)node (.+)$/gm), ([, variables = '', program = '']) => ({ variables, program }));
    const roles = commands.filter(({ program }) => program.includes('--roles=')).length;
    // Workers first: gateway 1 follows the last role.
    return { services, parts: commands.map(({ variables, program }, index) => scaledPart(index + 1 - roles, variables, program, { ...exported, ...env })) };
  } catch (error) {
    await services.stop();
    throw error;
  }
}

function scaledPart(gateway: number, variables: string, program: string, shared: Environment): Part {
  const own = Object.fromEntries(Array.from(variables.matchAll(/(\w+)=(\S+)/g), ([, name = '', value = '']) => [name, value]));
  const args = program.split(' ');
  const role = /--roles=(\S+)/.exec(program)?.[1];
  if (role !== undefined) return { name: role, args, env: { ...shared, ...own }, ready: /"msg":"ready: / };
  // The printed port may be somebody else's on this machine.
  return { name: `gateway-${gateway}`, args, env: { ...shared, ...own, PORT: '0' }, ready: /"msg":"ready on /, gateways: /"msg":"ready on (http:[^"]+)"/g };
}

/** The same parts by what `npm run build` makes in `folder`: the last gateway as its snapshot, everything else as bundles. */
export function builtParts(parts: readonly Part[], folder: string): readonly Part[] {
  const builtOf = new Map(Object.entries(PROCESSES).map(([name, source]): [string, string] => [source, builtFile(folder, name as ProcessName)]));
  const lastGateway = parts.findLast(({ gateways }) => gateways !== undefined);
  return parts.map((part) => {
    if (part === lastGateway) return { ...part, args: ['--snapshot-blob', gatewaySnapshot(folder)] };
    return { ...part, args: part.args.map((one) => builtOf.get(one) ?? one) };
  });
}
