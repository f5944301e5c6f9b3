/** Dead letters over the API: those of the token's brokerage. */
import type { CommandId, DeadLetterId, StreamId, TenantId } from '../../domain/ids.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import type { DeadLetter, DeadLetterFilter } from '../../platform/dead-letters/dead-letters.ts';
import { ApiRefusedError, askApi, type ApiAddress } from '../api/client.ts';
import { documentOf } from '../api/documents.ts';
import { outcomeOf, ReplayRefusedError, type DeadLetterSource } from './source.ts';

const LIST = documentOf('DeadLetters');
const SHOW = documentOf('DeadLetter');
const REPLAY = documentOf('ReplayDeadLetter');

type Receipt = Pick<CommandReceipt, 'status' | 'error'>;
interface LetterAnswer extends Pick<
  DeadLetter,
  'id' | 'type' | 'group' | 'reason' | 'attempts' | 'firstFailedAt' | 'at' | 'traceparent' | 'replays' | 'replayedAt' | 'replayedBy'
> {
  /** Documents ask for it everywhere, for clients that keep answers. */
  readonly __typename: string;
  readonly commandId: CommandId | null;
  readonly entityId: StreamId | null;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly appendedAt: string;
  readonly value: string | null;
  readonly cutFrom: number | null;
}
interface Viewer {
  readonly viewer: { readonly tenant: TenantId };
}
interface ListAnswer extends Viewer {
  readonly deadLetters: {
    readonly edges: readonly { readonly node: LetterAnswer }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}
interface ShowAnswer extends Viewer {
  readonly node: (LetterAnswer & { readonly receipt: Receipt | null }) | null;
}

/** What says something of the one letter; anything else says something of all of them. */
const OF_THE_LETTER = new Set(['CONFLICT', 'NOT_FOUND', 'BAD_USER_INPUT']);

export function createApiSource(address: ApiAddress): DeadLetterSource {
  return {
    async list({ filter, first, after }) {
      const { viewer, deadLetters } = await askApi<ListAnswer>(address, LIST, { filter: toInput(filter), first, after });
      return { letters: deadLetters.edges.map(({ node }) => toLetter(node, viewer.tenant)), ...deadLetters.pageInfo };
    },
    async get(id) {
      const { viewer, node } = await askApi<ShowAnswer>(address, SHOW, { id });
      return node && { letter: toLetter(node, viewer.tenant), receipt: node.receipt };
    },
    replay: async (id, wait) => outcomeOf(await replay(address, id, wait)),
    close: async () => undefined,
  };
}

async function replay(address: ApiAddress, id: DeadLetterId, wait: boolean): Promise<Receipt> {
  try {
    return (await askApi<{ replayDeadLetter: Receipt }>(address, REPLAY, { id, wait: wait ? 'APPLIED' : 'ACCEPTED' })).replayDeadLetter;
  } catch (error) {
    if (error instanceof ApiRefusedError && OF_THE_LETTER.has(error.code)) throw new ReplayRefusedError(error.message, { cause: error });
    throw error;
  }
}

const toInput = ({ streamId, ...rest }: DeadLetterFilter) => ({ ...rest, entityId: streamId });

function toLetter(answer: LetterAnswer, tenant: TenantId): DeadLetter {
  const { __typename: _typename, entityId, topic, partition, offset, key, appendedAt, value, cutFrom, ...rest } = answer;
  return {
    ...rest,
    tenant,
    streamId: entityId,
    original: { topic, partition, offset, key, appendedAtMs: Date.parse(appendedAt), value, ...(cutFrom === null ? {} : { cutFrom }) },
  };
}
