/** Reads and changes by many people over several gateways, every answer checked, and each change looked for at every gateway once it is VISIBLE. */
import { setTimeout as delay } from 'node:timers/promises';
import { requestBody, VERSION_BY_ID } from '../documents.ts';
import { MIXED_KINDS, type KnownLead, type MixedFigures, type MixedJob, type MixedKind } from './jobs.ts';
import { closedLoop, openLoop } from './loops.ts';
import { connectGateways, Refused, WrongAnswer } from './mixed-gateways.ts';
import { CARD_BY_ID, changeBody, someList, type CardAnswer } from './mixed-requests.ts';
import { createVersionBook } from './version-book.ts';
import { createZipf } from './zipf.ts';

const ZIPF = 1;
const WRITES = 0.05;
/** Of the reads. */
const LISTS = 0.2;
const TAGGED = 0.15;
/** What a gateway may take on trust while it hears nothing (docs/adr/0019). */
const TRUST_MS = 1_000;
const LOOK_EVERY_MS = 2;
const SHOWN_WITHIN_MS = 5_000;
const WRONG_TOLD_MAX = 10;

/** Milliseconds since 1970, fine enough to tell which of two things came first. */
const nowMs = (): number => performance.timeOrigin + performance.now();

export async function runMixed(job: MixedJob): Promise<MixedFigures> {
  const gateways = connectGateways(job.urls, job.tokens);
  const all = [...job.urls.keys()];
  const book = createVersionBook(all.length, TRUST_MS);
  /** By gateway and id: what came with a tag, to be asked for again with it. */
  const tagged = new Map<string, { readonly etag: string; readonly lead: CardAnswer }>();
  const pick = createZipf(job.leads.length, ZIPF);
  const ms: Record<MixedKind, number[]> = { 'by id': [], 'by id, GET with the tag': [], lists: [], 'changes, until VISIBLE': [] };
  const shownMs: Record<'same' | 'other' | 'last', number[]> = { same: [], other: [], last: [] };
  const counts = { notModified: 0, behind: 0, checked: 0, refused: 0, wrong: 0 };
  const told: string[] = [];
  const watching: Promise<void>[] = [];
  let changes = 0;

  const someLead = (): KnownLead => job.leads[pick()] ?? { id: '', email: '', version: 0 };
  const failed = (error: unknown): void => {
    if (error instanceof Refused) return void (counts.refused += 1);
    counts.wrong += 1;
    if (told.length < WRONG_TOLD_MAX) told.push(error instanceof WrongAnswer ? error.message : `no answer: ${String(error)}`);
  };
  function check(gateway: number, { id, version }: Pick<CardAnswer, 'id' | 'version'>, sentMs: number): void {
    counts.checked += 1;
    const least = book.leastAt(gateway, id, sentMs);
    if (version < least) throw new WrongAnswer(`gateway ${gateway} answered version ${version} of ${id}, after ${least}`);
    if (version < book.visibleAt(id, sentMs)) counts.behind += 1;
    book.shown(gateway, id, version, nowMs());
  }

  const send: Readonly<Record<MixedKind, (gateway: number) => Promise<void>>> = {
    async 'by id'(gateway) {
      const [wanted, sentMs] = [someLead(), nowMs()];
      const { lead } = await gateways.post(gateway, requestBody(CARD_BY_ID, { id: wanted.id }));
      check(gateway, requireLead(wanted, lead), sentMs);
    },
    async 'by id, GET with the tag'(gateway) {
      const [wanted, sentMs] = [someLead(), nowMs()];
      const place = `${gateway} ${wanted.id}`;
      const known = tagged.get(place);
      const { answer, etag } = await gateways.get(gateway, requestBody(CARD_BY_ID, { id: wanted.id }), known?.etag);
      if (answer === null) counts.notModified += 1;
      const lead = requireLead(wanted, answer === null ? known?.lead : answer.lead);
      check(gateway, lead, sentMs);
      tagged.set(place, { etag, lead });
    },
    async lists(gateway) {
      const [{ body, filter }, sentMs] = [someList(), nowMs()];
      for (const { node } of (await gateways.post(gateway, body)).leads?.edges ?? []) {
        check(gateway, node, sentMs);
        const misfit = Object.entries(filter).some(([field, value]) => node[field as keyof typeof filter] !== value);
        if (misfit) throw new WrongAnswer(`a list of ${JSON.stringify(filter)} held ${JSON.stringify(node).slice(0, 200)}`);
      }
    },
    async 'changes, until VISIBLE'(gateway) {
      const { id } = someLead();
      const { receipt } = await gateways.post(gateway, changeBody((changes += 1), id));
      const [version, visibleMs] = [receipt?.version ?? 0, Date.parse(receipt?.visibleAt ?? '')];
      if (receipt?.status === 'ACCEPTED' || receipt?.status === 'APPLIED') throw new Refused('not VISIBLE before the gateway had to answer');
      if (receipt?.status !== 'VISIBLE' || version === 0) throw new WrongAnswer(`a change was answered ${JSON.stringify(receipt)}`);
      book.becameVisible(id, version, visibleMs);
      watching.push(watch(gateway, id, version, visibleMs).catch(failed));
    },
  };

  async function watch(by: number, id: string, version: number, visibleMs: number): Promise<void> {
    const after = await Promise.all(all.map((gateway) => shownAfterMs(gateway, id, version, visibleMs)));
    for (const [gateway, one] of after.entries()) shownMs[gateway === by ? 'same' : 'other'].push(one);
    shownMs.last.push(Math.max(...after));
  }
  /** Asks until the gateway serves that version: how long after it was VISIBLE the answer was here. */
  async function shownAfterMs(gateway: number, id: string, version: number, visibleMs: number): Promise<number> {
    for (;;) {
      const sentMs = nowMs();
      const { lead } = await gateways.post(gateway, requestBody(VERSION_BY_ID, { id }));
      if (lead != null) check(gateway, lead, sentMs);
      const afterMs = Math.max(0, Date.now() - visibleMs);
      if (lead != null && lead.version >= version) return afterMs;
      if (afterMs > SHOWN_WITHIN_MS) throw new WrongAnswer(`gateway ${gateway} did not show version ${version} of ${id} within ${SHOWN_WITHIN_MS} ms`);
      await delay(LOOK_EVERY_MS);
    }
  }

  const one = async (dueMs: number): Promise<void> => {
    const kind = someKind();
    await send[kind](Math.floor(Math.random() * all.length)).then(() => ms[kind].push(performance.now() - dueMs), failed);
  };
  const startedMs = performance.now();
  await (job.pace.kind === 'open' ? openLoop(job.pace.perSecond, job.seconds, one) : closedLoop(job.pace.clients, job.seconds, one));
  const seconds = (performance.now() - startedMs) / 1000;
  await Promise.all(watching);
  await gateways.close();
  return { ms, shownMs, perSecond: MIXED_KINDS.reduce((sum, kind) => sum + ms[kind].length, 0) / seconds, ...counts, told };
}

function requireLead(wanted: KnownLead, lead: CardAnswer | null | undefined): CardAnswer {
  if (lead != null && lead.id === wanted.id && lead.email === wanted.email) return lead;
  throw new WrongAnswer(`${wanted.id} was answered by ${JSON.stringify(lead ?? null).slice(0, 200)}`);
}

function someKind(): MixedKind {
  if (Math.random() < WRITES) return 'changes, until VISIBLE';
  const roll = Math.random();
  if (roll < LISTS) return 'lists';
  return roll < LISTS + TAGGED ? 'by id, GET with the tag' : 'by id';
}
