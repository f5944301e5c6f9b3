/** Generations of views in Redis over the Upstash REST protocol. Small steps: none holds the server up for long. */
import type { RestRedis } from '../redis-rest-client.ts';
import { RestCommandError } from '../redis-rest-client.ts';
import { byTenant, rejoin } from './by-tenant.ts';
import { GENERATIONS_KEY, KEPT_GENERATION, parsePointer, pointerText } from './generation-pointer.ts';
import type { Generations, InspectedRef, InspectedView } from './generations.ts';
import { arrayIn, numberIn, sendAll, textIn } from './redis-calls.ts';
import { generationPattern, keyPrefix, partsOfKey } from './redis-keys.ts';
import { INSPECT_VIEWS } from './redis-scripts/inspect-views.ts';
import { REPLACE_POINTER } from './redis-scripts/replace-pointer.ts';
import { createUpstashReadModels } from './upstash-read-models.ts';

/** A view costs a script some fifty look-ups: so many keep it to a millisecond or two. */
const VIEWS_PER_SCRIPT = 20;
/** Keys that one SCAN looks at, about. */
const SCAN_COUNT = 500;

function inspectedIn(result: unknown): InspectedView[] {
  const flat = arrayIn(result);
  return Array.from({ length: flat.length / 7 }, (_, at): InspectedView => {
    const [version, doc, index, missing, timeline, scores, beyond] = flat.slice(7 * at, 7 * at + 7);
    return {
      version: version === null ? null : numberIn(version),
      docDigest: textIn(doc),
      indexText: textIn(index),
      missingPlaces: numberIn(missing),
      timelineDigest: textIn(timeline),
      scoresDigest: textIn(scores),
      entriesBeyond: numberIn(beyond),
    };
  });
}

/** Which run of the server this is; '' where it keeps that to itself, as hosted ones do: their restarts are their business. */
async function serverRun(client: RestRedis): Promise<string> {
  try {
    const [info] = await sendAll(client, [['INFO', 'server']]);
    return /^run_id:(\S+)/m.exec(String(info))?.[1] ?? '';
  } catch (error) {
    if (error instanceof RestCommandError) return '';
    throw error;
  }
}

const isTotals = (list: string): boolean => list.startsWith('t:');
const totalsText = (flat: readonly string[]): string =>
  Array.from({ length: flat.length / 2 }, (_, at) => `${flat[2 * at]} ${flat[2 * at + 1]}`)
    .toSorted()
    .join(', ');

export function createRedisGenerations(client: RestRedis): Generations {
  const scripts = { inspect: client.script(INSPECT_VIEWS), replace: client.script(REPLACE_POINTER) };

  async function* scan(pattern: string): AsyncGenerator<readonly string[]> {
    let cursor = '0';
    do {
      const [found] = await sendAll(client, [['SCAN', cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT]]);
      const [next, keys] = arrayIn(found);
      cursor = String(next);
      yield arrayIn(keys).map(textIn);
    } while (cursor !== '0');
  }

  return {
    async read() {
      const [[text], run] = await Promise.all([sendAll(client, [['GET', GENERATIONS_KEY]]), serverRun(client)]);
      return { pointer: parsePointer(text), text: text === null ? '' : textIn(text), run };
    },
    async replace(text, after) {
      const [replaced] = await sendAll(client, [scripts.replace.call([GENERATIONS_KEY], [text, pointerText(after)])]);
      return replaced === 1;
    },
    of: (generation) => createUpstashReadModels({ client, generation }),
    async inspect(generation, refs: readonly InspectedRef[]) {
      const parts = byTenant(refs, VIEWS_PER_SCRIPT);
      const calls = parts.map(({ tenant, items }) =>
        scripts.inspect.call(
          [keyPrefix(tenant, generation)],
          items.flatMap(({ kind, id }) => [kind, id]),
        ),
      );
      return rejoin(parts, (await sendAll(client, calls)).map(inspectedIn));
    },
    async *lists(generation) {
      for await (const keys of scan(generationPattern(generation))) {
        yield keys.flatMap((key) => {
          const parts = partsOfKey(key);
          return parts && /^[iwt]:/.test(parts.rest) ? [{ tenant: parts.tenant, list: parts.rest }] : [];
        });
      }
    },
    async contentsOf(generation, lists) {
      const contents = await sendAll(
        client,
        lists.map(({ tenant, list }) => [isTotals(list) ? 'HGETALL' : 'ZCARD', `${keyPrefix(tenant, generation)}${list}`]),
      );
      return contents.map((content, at) => (isTotals(lists[at]?.list ?? '') ? totalsText(arrayIn(content).map(textIn)) : `${numberIn(content)} members`));
    },
    async *sweepBelow(generation) {
      for await (const keys of scan('{*}:g*:*')) {
        const old = keys.filter((key) => {
          const found = partsOfKey(key)?.generation ?? generation;
          return found > KEPT_GENERATION && found < generation;
        });
        // One by one: a cluster takes keys of one slot only.
        await sendAll(
          client,
          old.map((key) => ['UNLINK', key]),
        );
        yield old.length;
      }
    },
  };
}
