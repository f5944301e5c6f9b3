/**
 * Reads and writes that find the right generation without asking first: each request carries the question for the pointer behind
 * everything else, and where the answer names other generations than the request assumed, the request is made again for those.
 *
 * So a write is in every generation that was named when it ended, and a read was answered by the generation that served when it ended:
 * neither can fall between two generations, and nobody locks anything. In the steady state it costs no request more; while another
 * generation is being built, a write is a request for each.
 */
import type { RestCommand, RestRedis, RestScriptCall } from '../redis-rest-client.ts';
import { GENERATIONS_KEY, KEPT_GENERATION, liveGenerations, parsePointer, type GenerationPointer } from './generation-pointer.ts';
import { sendAll } from './redis-calls.ts';

/** One call to Redis, for whichever generation. */
export interface Job {
  /** True for what stands outside of generations. */
  readonly kept: boolean;
  readonly in: (generation: number) => RestCommand | RestScriptCall;
}
/** The answer to each job, in order; undefined where no generation could answer it. */
type Answers = unknown[];

export interface GenerationAccess {
  /** From the generation that serves. */
  read(jobs: readonly Job[]): Promise<Answers>;
  /** To every live generation; answers as the serving one does, else the one being built. */
  write(jobs: readonly Job[]): Promise<Answers>;
}

type Named = Pick<GenerationPointer, 'serving' | 'building'>;
const NONE: Named = { serving: null, building: null };

/** What this process knows of the pointer. */
function createPointerMemory() {
  let highest = 0;
  let known: Named | undefined;
  return {
    /** Undefined: never asked. */
    known: () => known,
    /** Take it before a request leaves: answers overtake one another, but none may be older than what was known then. */
    floor: () => highest,
    /** What the answer to a request says. A pointer that went back counts as none. */
    learn(text: unknown, floor: number): Named {
      const pointer = parsePointer(text);
      if (pointer === null || pointer.stamp < floor) return (known = NONE);
      if (pointer.stamp >= highest) [highest, known] = [pointer.stamp, pointer];
      return pointer;
    },
  };
}

/** Always the same generation, whatever the pointer says. */
export function inOneGeneration(client: RestRedis, generation: number): GenerationAccess {
  const send = (jobs: readonly Job[]) =>
    sendAll(
      client,
      jobs.map((job) => job.in(job.kept ? KEPT_GENERATION : generation)),
    );
  return { read: send, write: send };
}

/** The generations that the pointer names. */
export function inLiveGenerations(client: RestRedis): GenerationAccess {
  const memory = createPointerMemory();

  /** One request: `jobs`, each in its generation, and the pointer behind them. */
  const ask = async (jobs: readonly { readonly job: Job; readonly generation: number }[]): Promise<{ results: unknown[]; named: Named }> => {
    const floor = memory.floor();
    const calls = jobs.map(({ job, generation }) => job.in(generation));
    const results = await sendAll(client, [...calls, ['GET', GENERATIONS_KEY]]);
    return { results, named: memory.learn(results.pop(), floor) };
  };
  const keptOnly = (jobs: readonly Job[]): Promise<unknown[]> =>
    sendAll(
      client,
      jobs.map((job) => job.in(KEPT_GENERATION)),
    );

  const readOnce = async (jobs: readonly Job[], serving: number | null): Promise<{ answers: Answers; serving: number | null }> => {
    const places = jobs.map((job) => (job.kept ? KEPT_GENERATION : serving));
    const asked = jobs.flatMap((job, at) => (places[at] == null ? [] : [{ job, generation: places[at] }]));
    const { results, named } = await ask(asked);
    const next = results.values();
    return { answers: places.map((place) => (place === null ? undefined : next.next().value)), serving: named.serving };
  };

  return {
    async read(jobs) {
      if (jobs.every(({ kept }) => kept)) return keptOnly(jobs);
      let assumed = memory.known()?.serving ?? null;
      for (;;) {
        const { answers, serving } = await readOnce(jobs, assumed);
        if (serving === assumed) return answers;
        // None serves (any more): what a retired one said is nobody's answer.
        if (serving === null) return answers.map((answer, at) => (jobs[at]?.kept ? answer : undefined));
        assumed = serving;
      }
    },
    async write(jobs) {
      if (jobs.every(({ kept }) => kept)) return keptOnly(jobs);
      const kept = jobs.filter((job) => job.kept).map((job) => ({ job, generation: KEPT_GENERATION }));
      const own = jobs.filter((job) => !job.kept);
      const answers = new Map<number, readonly unknown[]>();
      let keptAnswers: readonly unknown[] | undefined;
      let [next] = liveGenerations(memory.known() ?? NONE);
      // A request for each generation: two documents of the largest kind would be too large for one.
      for (;;) {
        const [generation, first] = [next, keptAnswers === undefined ? kept : []];
        const { results, named } = await ask([...first, ...(generation === undefined ? [] : own.map((job) => ({ job, generation })))]);
        keptAnswers ??= results.splice(0, first.length);
        if (generation !== undefined) answers.set(generation, results);
        next = liveGenerations(named).find((live) => !answers.has(live));
        if (next === undefined) return inOrder(jobs, keptAnswers, answers.get(named.serving ?? named.building ?? KEPT_GENERATION) ?? []);
      }
    },
  };
}

/** The answers of both places in the order of the jobs. */
function inOrder(jobs: readonly Job[], kept: readonly unknown[], own: readonly unknown[]): Answers {
  const [nextKept, nextOwn] = [kept.values(), own.values()];
  return jobs.map((job): unknown => (job.kept ? nextKept : nextOwn).next().value);
}
