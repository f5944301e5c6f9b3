/** The receipt of one command as it goes. */
import { isId } from '../../domain/ids.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import { isSettled } from '../../domain/views/receipts.ts';
import type { RequestContext } from '../context.ts';
import { ApiError, badInput, isApiError } from '../errors.ts';

type Told = CommandReceipt | ApiError;

/** The receipt as it is, then each change of it; ends once nothing more can come. */
export async function commandUpdated(context: RequestContext, id: string): Promise<AsyncIterableIterator<Told>> {
  if (!isId('command', id)) throw badInput('id is not the id of a command', 'id');
  const source = await context.shared.feed.open(context.identity.tenant, { accept: (message) => message.kind === 'command' && message.id === id });
  let told: CommandReceipt | undefined;
  let ended = false;

  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    ended = true;
    await source.return?.();
    return { done: true, value: undefined };
  };
  const look = async (): Promise<Told | null> => {
    context.loaders.reset();
    const receipt = await context.loaders.command(id).catch((error: unknown) => (isApiError(error) ? error : Promise.reject(error)));
    if (receipt === null) return new ApiError('NOT_FOUND', `there is no command ${id}`);
    if (isApiError(receipt)) return receipt;
    const isNews = receipt.status !== told?.status;
    told = receipt;
    return isNews ? receipt : null;
  };

  let isFirst = true;
  const stream: AsyncIterableIterator<Told> = {
    async next() {
      for (;;) {
        if (ended || (told !== undefined && isSettled(told.status))) return end();
        const step = isFirst ? undefined : await source.next();
        isFirst = false;
        if (step?.done) return end();
        const news = step !== undefined && isApiError(step.value) ? step.value : await look();
        if (isApiError(news) && told === undefined) ended = true;
        if (news !== null) return { done: false, value: news };
      }
    },
    return: end,
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
