/**
 * How many inputs each door gets. FUZZ_SHARE=0.1 takes a tenth of them, 10 ten times as many; FUZZ_SEED repeats a run: it is printed, and a
 * failing input becomes a fixture (fixtures/).
 */
const numberIn = (name: string): number | undefined => (process.env[name] === undefined ? undefined : Number(process.env[name]));

const SHARE = numberIn('FUZZ_SHARE') ?? 1;
export const SEED = numberIn('FUZZ_SEED') ?? Math.floor(Math.random() * 2 ** 31);

/** 100,000 together. */
const INPUTS = {
  'decoding of commands': 46_000,
  'decoding of events': 30_000,
  'the command handler': 8_000,
  'the projector': 3_000,
  'GraphQL bodies': 5_000,
  'GraphQL headers and query strings': 2_500,
  'raw bytes on the HTTP port': 1_500,
  'WebSocket frames': 1_000,
  'the CRM webhook': 1_500,
  'CSV imports': 800,
  "the origin's HTTP": 700,
} as const;
export type Door = keyof typeof INPUTS;

export const inputsFor = (door: Door): number => Math.max(1, Math.round(INPUTS[door] * SHARE));

/** For the reader of the run. */
export function tell(door: Door, inputs: number, what = ''): void {
  process.stdout.write(`fuzz: ${inputs} inputs to ${door}, seed ${SEED}${what === '' ? '' : `: ${what}`}\n`);
}
