/** Reads the outcomes of a run and shows them to the checker. */
import { isTenantId } from '../../../domain/ids.ts';
import { connect } from '../../../platform/event-store/connect.ts';
import { streamKey, type EventStore } from '../../../platform/event-store/event-store.ts';
import { createPostgresEventStore } from '../../../platform/event-store/postgres-event-store.ts';
import type { ApiClient } from '../api-client.ts';
import { createChecker } from '../checker/check.ts';
import type { StreamEvidence } from '../checker/evidence.ts';
import type { Violation } from '../checker/violation.ts';
import type { Recorded } from '../history.ts';
import { hashesOf } from '../load/sampler.ts';
import type { RawLog } from '../system/raw-log.ts';
import { readDeadLetters } from './dead-letters.ts';
import { readLeads, readList, readReceipts, type FoundLead } from './read-api.ts';

export interface CollectParts {
  readonly recorded: Recorded;
  readonly api: ApiClient;
  /** Past the proxy. */
  readonly databaseUrl: string;
  readonly rawLog: RawLog;
}

const STREAMS_PER_PAGE = 200;
/** Events and views are not read at one moment: those that differ are looked at again. */
const LOOKS = 6;
const LOOK_AGAIN_MS = 500;

export async function judge({ recorded, api, databaseUrl, rawLog }: CollectParts): Promise<readonly Violation[]> {
  const sql = connect(databaseUrl, { connectionsMax: 2 });
  const eventStore = createPostgresEventStore({ sql, notify: false });
  try {
    const checker = createChecker(recorded);
    const listed = await readList(api);
    const withEvents = new Set<string>();
    for await (const streamIds of leadIdsOf(eventStore, recorded.tenant)) {
      for (const evidence of await readStreams(eventStore, api, recorded.tenant, streamIds, listed)) {
        withEvents.add(evidence.streamId);
        checker.stream(evidence);
      }
    }
    return checker.finish({
      receipts: await readReceipts(api, commandIds(recorded)),
      listedWithoutEvents: [...listed.keys()].filter((id) => !withEvents.has(id)),
      hashes: await hashesOf(
        sql,
        recorded.tenant,
        recorded.samples.map(({ eventId }) => eventId),
      ),
      deadLetters: await readDeadLetters(sql, rawLog),
    });
  } finally {
    await eventStore.close();
    await sql.end({ timeout: 5 });
  }
}

function commandIds({ commands, poisons }: Recorded): string[] {
  const sent = [...commands.values()].flatMap(({ answers }) => answers[0]?.commandId ?? []);
  return [...new Set([...sent, ...poisons.flatMap(({ commandId }) => commandId ?? [])])];
}

async function* leadIdsOf(eventStore: EventStore, tenant: string): AsyncGenerator<readonly string[]> {
  for (let after = ''; ;) {
    const page = await eventStore.listStreams(after, STREAMS_PER_PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    after = streamKey(last);
    yield page.filter((ref) => ref.tenant === tenant && ref.streamId.startsWith('lead_')).map(({ streamId }) => streamId);
  }
}

async function readStreams(
  eventStore: EventStore,
  api: ApiClient,
  tenant: string,
  streamIds: readonly string[],
  listed: ReadonlyMap<string, readonly number[]>,
): Promise<StreamEvidence[]> {
  const done: StreamEvidence[] = [];
  let open = streamIds;
  for (let look = 1; open.length > 0; look += 1) {
    const evidence = await readOnce(eventStore, api, tenant, open, listed);
    const differs = (one: StreamEvidence): boolean => (one.view?.version ?? 0) !== (one.events.at(-1)?.version ?? 0);
    done.push(...evidence.filter((one) => look === LOOKS || !differs(one)));
    open = look === LOOKS ? [] : evidence.filter(differs).map(({ streamId }) => streamId);
    if (open.length > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  return done;
}

async function readOnce(
  eventStore: EventStore,
  api: ApiClient,
  tenant: string,
  streamIds: readonly string[],
  listed: ReadonlyMap<string, readonly number[]>,
): Promise<StreamEvidence[]> {
  if (!isTenantId(tenant)) throw new RangeError(`${tenant} is no tenant`);
  const refs = streamIds.map((streamId) => ({ tenant, streamId: streamId as never }));
  const [streams, found] = await Promise.all([eventStore.loadStreams(refs), readLeads(api, streamIds)]);
  return refs.map((ref, at): StreamEvidence => {
    const { view, timeline }: FoundLead = found[at] ?? { view: null, timeline: null };
    return { streamId: ref.streamId, events: streams.get(streamKey(ref)) ?? [], view, timeline, listed: listed.get(ref.streamId) ?? [] };
  });
}
