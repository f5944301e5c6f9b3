/** Sends one command as a good client does: again with the same key, to whichever gateway, until it has an answer. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../../scripts/demo/random.ts';
import type { ApiAnswer, ApiClient } from '../api-client.ts';
import type { Answer, History, SentCommand } from '../history.ts';
import { MUTATIONS, type ReceiptAnswer } from './documents.ts';
import type { Wait } from './operations.ts';
import type { World } from './world.ts';

/** Worth sending again; what is masked as INTERNAL may have been taken as well. */
const AGAIN: ReadonlySet<string> = new Set(['UNAVAILABLE', 'INTERNAL', 'RATE_LIMITED']);
const PAUSE_MS = { min: 100, max: 1_000 };

export interface Sender {
  /** The command's receipt; null where the API refused it, or where the time was up first. */
  send(command: SentCommand, wait: Wait): Promise<ReceiptAnswer | null>;
  /** Any mutation until it is answered; null where the time was up first. */
  insist<T>(query: string, variables: object): Promise<ApiAnswer<T> | null>;
  /** One try, at one gateway: null where there is no answer. */
  once<T>(gateway: number, query: string, variables: object): Promise<ApiAnswer<T> | null>;
  answerOf(receipt: ReceiptAnswer, gateway: number): Answer;
}

export interface SenderParts {
  readonly api: ApiClient;
  readonly history: History;
  readonly world: World;
  readonly random: Random;
  /** Aborted when what has no answer by then is given up. */
  readonly deadline: AbortSignal;
}

export function createSender({ api, history, world, random, deadline }: SenderParts): Sender {
  const answerOf = ({ id, leadId, status, version }: ReceiptAnswer, gateway: number): Answer => ({
    atMs: performance.now(),
    gateway,
    commandId: id,
    leadId,
    status,
    version,
  });

  async function once<T>(gateway: number, query: string, variables: object): Promise<ApiAnswer<T> | null> {
    const answer = await api.ask<T>(gateway, query, variables).catch(() => null);
    const code = answer?.errors?.[0]?.extensions?.code;
    if (code === 'INTERNAL') history.note('internal error', { gateway, errors: answer?.errors });
    return answer === null || (code !== undefined && AGAIN.has(code)) ? null : answer;
  }

  async function insistFrom<T>(first: number, query: string, variables: object): Promise<{ answer: ApiAnswer<T>; gateway: number } | null> {
    for (let gateway = first; !deadline.aborted; gateway += random.between(0, 1)) {
      const answer = await once<T>(gateway, query, variables);
      if (answer !== null) return { answer, gateway: gateway % 2 };
      await delay(random.between(PAUSE_MS.min, PAUSE_MS.max));
    }
    return null;
  }

  return {
    once,
    answerOf,
    insist: async <T>(query: string, variables: object) => (await insistFrom<T>(random.between(0, 1), query, variables))?.answer ?? null,
    async send(command, wait) {
      const variables = { input: command.input, key: command.key, wait, expected: command.expectedVersion };
      const found = await insistFrom<{ receipt: ReceiptAnswer }>(random.between(0, 1), MUTATIONS[command.type], variables);
      if (found === null) return null;
      const { answer, gateway } = found;
      const receipt = answer.data?.receipt;
      if (!receipt) {
        history.refused(command, answer.errors?.[0]?.extensions?.code ?? 'NO_CODE');
        return null;
      }
      history.answered(command, answerOf(receipt, gateway));
      learn(world, receipt);
      return receipt;
    },
  };
}

function learn(world: World, { leadId, version, status, token }: ReceiptAnswer): void {
  const lead = world.lead(leadId);
  if (version === null) return;
  if (lead !== undefined) lead.version = Math.max(lead.version, version);
  if (status === 'VISIBLE') world.sawVisible({ leadId, version, token: token ?? null });
}
