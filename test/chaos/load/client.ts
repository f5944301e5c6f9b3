/** One client: does one thing after the other, as fast as the pacer lets it. */
import type { Random } from '../../../scripts/demo/random.ts';
import type { History, SentCommand } from '../history.ts';
import { IMPORT_LEADS, MUTATIONS, type ReceiptAnswer } from './documents.ts';
import { createWish, leadWish, newPerson, noteWish, otherBodyOf, updateWish, waitWish, type Wait, type Wish } from './operations.ts';
import type { Pacer } from './pacer.ts';
import type { Sender } from './sender.ts';
import type { KnownLead, World } from './world.ts';

export interface ClientParts {
  readonly name: string;
  readonly random: Random;
  readonly sender: Sender;
  readonly history: History;
  readonly world: World;
  readonly pacer: Pacer;
  /** Aborted when no new commands are to be sent. */
  readonly stop: AbortSignal;
}

const IMPORT_ROWS = { min: 10, max: 40 };
/** How often a key is tried with another body until the answer says something. */
const OTHER_BODY_TRIES = 5;

/** Resolves when it was stopped and its last command has its answer. */
export async function runClient(parts: ClientParts): Promise<void> {
  const { stop, pacer } = parts;
  const client = createClient(parts);
  while (!stop.aborted) {
    const { count, act } = client.next();
    try {
      await pacer.take(count, stop);
    } catch {
      return;
    }
    await act();
  }
}

function createClient({ name, random, sender, history, world }: ClientParts) {
  let made = 0;
  /** Of its last commands, for repeats. */
  const own: SentCommand[] = [];

  const note = (wish: Wish): SentCommand => {
    const key = `${name}-${(made += 1)}`;
    const { type, lead, expectedVersion } = wish;
    if (type === 'EraseLead' && lead !== null) lead.erased = true;
    const facts = { key, type, input: wish.inputOf(key), client: name, leadId: lead?.id ?? null, expectedVersion };
    const command = history.sent({ ...facts, sentAtMs: performance.now(), imported: false });
    own.push(command);
    if (own.length > 200) own.shift();
    return command;
  };
  const send = (wish: Wish, wait: Wait = waitWish(random)): Promise<ReceiptAnswer | null> => sender.send(note(wish), wait);

  /** A new lead; often with something right behind it that nobody waited for. */
  async function create(): Promise<void> {
    const receipt = await send(createWish(random), random.chance(0.8) ? 'ACCEPTED' : 'VISIBLE');
    if (receipt === null) return;
    const lead = world.add(receipt.leadId);
    if (random.chance(0.5)) await send(random.chance(0.5) ? noteWish(lead) : updateWish(lead, null), 'ACCEPTED');
  }

  async function importMany(rows: number): Promise<void> {
    const key = `${name}-${(made += 1)}`;
    const people = Array.from({ length: rows }, (_, row) => newPerson(random, `${key}.${row}`));
    const commands = people.map((input, row) =>
      history.sent({
        key: `${key}.${row}`,
        type: 'CreateLead',
        input,
        client: name,
        leadId: null,
        expectedVersion: null,
        sentAtMs: performance.now(),
        imported: true,
      }),
    );
    const answer = await sender.insist<{ report: { accepted: number; receipts: ReceiptAnswer[] } }>(IMPORT_LEADS, { input: { leads: people }, key });
    const report = answer?.data?.report;
    if (report === undefined) {
      const code = answer?.errors?.[0]?.extensions?.code;
      // Without an answer nobody knows whether they were taken.
      if (code !== undefined) for (const command of commands) history.refused(command, code);
      return;
    }
    const leads: KnownLead[] = [];
    report.receipts.forEach((receipt, row) => {
      const command = commands[row];
      if (command !== undefined) history.answered(command, sender.answerOf(receipt, 0));
      leads.push(world.add(receipt.leadId));
    });
    // Through another lane than the import, without a wait.
    const [first] = leads;
    if (first !== undefined && random.chance(0.5)) await send(noteWish(first), 'ACCEPTED');
  }

  /** Two people who saw the same version change it: at most one may. */
  async function conflict(lead: KnownLead): Promise<void> {
    await Promise.all([send(updateWish(lead, lead.version), 'APPLIED'), send(updateWish(lead, lead.version), 'APPLIED')]);
  }

  /** The same key and body again: later, or at both gateways at once. */
  async function repeat(command: SentCommand): Promise<void> {
    if (random.chance(0.5)) return void (await sender.send(command, waitWish(random)));
    await Promise.all([sender.send(command, 'ACCEPTED'), sender.send(command, 'VISIBLE')]);
  }

  async function repeatAtOnce(lead: KnownLead): Promise<void> {
    const command = note(leadWish(random, lead));
    await Promise.all([sender.send(command, 'ACCEPTED'), sender.send(command, 'ACCEPTED')]);
  }

  async function otherBody(command: SentCommand): Promise<void> {
    const other = { key: command.key, marker: `other-${command.key}`, answers: [] as string[] };
    history.otherBodies.push(other);
    // An answer ACCEPTED says only that it is not known yet whose key it is.
    const input = otherBodyOf(command.type, command.input, other.marker);
    for (let turn = 0; turn < OTHER_BODY_TRIES; turn += 1) {
      const answer = await sender.once<{ receipt: ReceiptAnswer }>(turn, MUTATIONS[command.type], { input, key: command.key, wait: 'APPLIED' });
      const said = answer?.errors?.[0]?.extensions?.code ?? answer?.data?.receipt.status;
      if (said !== undefined) other.answers.push(said);
      if (said !== undefined && said !== 'ACCEPTED') break;
    }
    history.note('other body', other);
  }

  const accepted = (): SentCommand | undefined => {
    const command = own[random.between(0, own.length - 1)];
    return command !== undefined && command.answers.length > 0 ? command : undefined;
  };
  const withMarker = (command: SentCommand | undefined): command is SentCommand =>
    command !== undefined && ['CreateLead', 'UpdateLead', 'AddNote'].includes(command.type);

  return {
    /** What comes next, and how many commands it is. */
    next(): { readonly count: number; readonly act: () => Promise<unknown> } {
      const dice = random.next();
      const lead = world.anyLead(random);
      const earlier = accepted();
      if (lead === undefined || dice < 0.08) return { count: 1, act: create };
      if (dice < 0.1) {
        const rows = random.between(IMPORT_ROWS.min, IMPORT_ROWS.max);
        return { count: rows, act: () => importMany(rows) };
      }
      if (dice < 0.14) return { count: 2, act: () => conflict(lead) };
      if (dice < 0.18) return { count: 1, act: () => repeatAtOnce(lead) };
      if (dice < 0.24 && earlier !== undefined) return { count: 1, act: () => repeat(earlier) };
      if (dice < 0.26 && withMarker(earlier)) return { count: 1, act: () => otherBody(earlier) };
      return { count: 1, act: () => send(leadWish(random, lead)) };
    },
  };
}
