/**
 * Homes that came, went or changed: the leads whose list that makes another one get a new list. The homes that changed are compared with
 * every lead first, which is cheap; only a lead whose list changes is compared with the whole catalogue.
 */
import { isClosed } from '../../domain/lead/stages.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import type { WorkerPorts } from '../kit/role.ts';
import type { WorkerCommand } from '../kit/send-commands.ts';
import type { Catalogue } from './catalogue.ts';
import { firstThatMatters, listFor, looksForHome, sameList } from './lists.ts';
import type { SentLists } from './sent-lists.ts';
import type { Slices } from './slices.ts';
import type { PropertyChange } from './triggers.ts';

const PAGE = 500;
/** A list with its reasons is some 8 KB: this many leave together, so that writing them is no long step either. */
const SEND_MAX = 50;
/** More homes than this at once are bulk, which waits behind what people do. */
const BULK_FROM = 10;

export interface MatchPropertiesParts {
  readonly ports: Pick<WorkerPorts, 'readModels' | 'clock'>;
  readonly catalogue: Catalogue;
  readonly sent: SentLists;
  /** Takes commands as they get ready; remembers them as sent once they are in the log. */
  readonly send: (commands: readonly WorkerCommand[]) => Promise<void>;
}

/** Every lead of the tenant, a page at a time, in the order of creation, which never moves. */
async function* leadPages({ readModels }: Pick<WorkerPorts, 'readModels'>, tenant: TenantId): AsyncGenerator<readonly { readonly doc: string }[]> {
  for (let after: string | undefined; ;) {
    const page = await readModels.list({ tenant, kind: 'lead', order: 'CREATED', direction: 'ASC', facets: [], where: [], words: [], first: PAGE, after });
    yield page.items;
    if (!page.hasNextPage) return;
    after = page.endCursor ?? undefined;
  }
}

export async function matchProperties(parts: MatchPropertiesParts, tenant: TenantId, changes: readonly PropertyChange[], slices: Slices): Promise<void> {
  const { ports, catalogue, sent, send } = parts;
  const byId = new Map(changes.map((change) => [change.id, { ...change, home: catalogue.get(change.id) }]));
  const entering = [...byId.values()].flatMap(({ home, mayEnter }) => (home && mayEnter ? [home] : []));
  const bulk = changes.length >= BULK_FROM;

  function commandFor(lead: Lead): WorkerCommand | null {
    if (lead.erasedAt !== undefined || isClosed(lead.stage) || !looksForHome(lead)) return null;
    const now = ports.clock.now().toISOString();
    const held = sent.held(lead);
    const cause = firstThatMatters(lead, held, byId, entering, now);
    const change = cause && byId.get(cause);
    if (!change) return null;
    const matches = listFor(lead, catalogue.active(), now);
    if (sameList(matches, held)) return null;
    return {
      tenant,
      streamId: lead.id,
      lane: bulk ? 'cold' : change.lane,
      command: { type: 'RecordMatches', leadId: lead.id, matches, basedOnVersion: lead.version },
      dedupeKey: `match:${change.id}@${change.version}:${lead.id}`,
      trace: change.trace,
    };
  }

  for await (const page of leadPages(ports, tenant)) {
    let ready: WorkerCommand[] = [];
    for (const { doc } of page) {
      const command = commandFor(JSON.parse(doc) as Lead);
      if (command) ready.push(command);
      if (ready.length === SEND_MAX) {
        await send(ready);
        ready = [];
      }
      await slices.breathe();
    }
    await send(ready);
  }
}
