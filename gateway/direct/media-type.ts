/** What form a client accepts, where it is one of the two that a single answer has. */
export type MediaType = 'application/json' | 'application/graphql-response+json';

/** As it stands in the answer's header. */
export const contentTypeOf = (mediaType: MediaType): string => `${mediaType}; charset=utf-8`;

/** As clients usually say it; else null: then Yoga looks closer (streams, other character sets). The first one that fits counts, as there. */
export function mediaTypeFor(accept: string): MediaType | null {
  if (accept === '' || accept === '*/*' || accept === 'application/json') return 'application/json';
  for (const part of accept.replaceAll(/\s/g, '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = part.split(';');
    if (parameters.some((parameter) => parameter.includes('charset=') && parameter !== 'charset=utf-8')) return null;
    if (type === 'application/graphql-response+json') return type;
    if (type === 'application/json' || type === 'application/*' || type === '*/*') return 'application/json';
    if (type.includes('*')) return null;
  }
  return null;
}
