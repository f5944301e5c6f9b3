/** What somebody missed who begins behind a cursor, up to where its group is. */
import { isApiError } from '../../resolvers/errors.ts';
import type { Group } from './group.ts';
import type { Member } from './member.ts';
import type { TenantNews } from './tenant-news.ts';

interface Where {
  readonly group: Group;
  readonly news: TenantNews;
}

/** Resolves once it is live, or has ended. */
export async function catchUp(member: Member, { group, news }: Where, elapsedMs: () => number): Promise<void> {
  const tell = async (message: Parameters<Group['hear']>[0]): Promise<void> => {
    const frame = group.accept(message) ? await group.tell(message) : null;
    if (member.isEnded) return;
    if (frame === null) return member.passed(message.cursor);
    await member.taken(elapsedMs());
    member.tellPast(frame);
  };
  do {
    member.beginPast();
    let more = true;
    while (more && !member.isEnded) {
      const page = await news.past(member.cursor);
      if (isApiError(page)) return member.end('lost', page);
      for (const message of page.messages) await tell(message);
      more = page.more;
    }
  } while (!member.goLive());
}
