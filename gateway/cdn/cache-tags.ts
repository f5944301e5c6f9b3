/**
 * What an answer is made of, as names for caches on the way (the header Cache-Tag). Whoever sees a header learns nothing by it: a name is a keyed
 * digest, the same on all gateways that have the key. Edge safe.
 */
import { digest } from '../../platform/messages/new-id.ts';

/** A tag of this process with its name outside, and the name of all that its tenant has. */
export interface NamedTag {
  readonly tag: string;
  readonly name: string;
  readonly tenantName: string;
}

export interface AnswerTags {
  /** What is told of when it changes. */
  readonly tags: readonly NamedTag[];
  /** True where there were too many: then `tags` are kinds of things, each changed by every change of its kind. */
  readonly isCoarse: boolean;
  /** The header's value. */
  readonly header: string;
}

/** A list of 50 with its list; some CDNs take no more than 100, or 1 kB. */
const TAGS_MAX = 60;
/** 64 bits: they tell tags apart, and nobody is harmed where one does not. Cut off, so that nobody can go on from a digest. */
const NAME_CHARACTERS = 16;

/** The kind of things that a tag of a view or a list is about (platform/cache/view-tags.ts, list-tags.ts). */
export function kindTagOf(tag: string): string {
  const [, tenant = '', kind = ''] = tag.split('|', 3);
  return `kind|${tenant}|${kind}`;
}

const tenantTagOf = (tag: string): string => `tenant|${tag.split('|', 2)[1] ?? ''}`;

export function createCacheTags(key: string): (tags: ReadonlySet<string>) => Promise<AnswerTags> {
  const nameOf = async (tag: string): Promise<string> => (await digest(`${key}\n${tag}`)).slice(0, NAME_CHARACTERS);
  const named = async (tag: string): Promise<NamedTag> => ({ tag, name: await nameOf(tag), tenantName: await nameOf(tenantTagOf(tag)) });
  return async (given) => {
    const isCoarse = given.size > TAGS_MAX;
    const tags = await Promise.all([...(isCoarse ? new Set([...given].map(kindTagOf)) : given)].map(named));
    const names = new Set([...tags.map(({ tenantName }) => tenantName), ...tags.map(({ name }) => name)]);
    return { tags, isCoarse, header: [...names].join(',') };
  };
}
