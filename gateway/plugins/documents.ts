/** Documents by their ids, and, where only those of our clients are wanted, no others: on every transport, since all of them parse. */
import type { Plugin } from 'graphql-yoga';
import { ApiError } from '../../resolvers/errors.ts';
import type { MeantDocument } from '../documents/meant-document.ts';
import { answeredBy, type DocumentRules } from '../documents/rules.ts';
import { asGraphQLError } from '../operation.ts';

/** `meant` is asked for requests over HTTP; other transports ask it themselves. */
export function useDocuments(rules: DocumentRules, meant: MeantDocument): Plugin {
  const isAnswered = answeredBy(rules);
  return {
    // Yoga does not look for an id in an address.
    onRequestParse({ request, url, requestParser, setRequestParser }) {
      const documentId = request.method === 'GET' ? url.searchParams.get('documentId') : null;
      if (documentId !== null && requestParser !== undefined) setRequestParser(async (one) => Object.assign(await requestParser(one), { documentId }));
    },
    async onParams({ params, setParams }) {
      if (typeof params !== 'object' || params === null) return;
      const { documentId, ...rest } = params as typeof params & { readonly documentId?: unknown };
      try {
        const query = await meant({ ...rest, documentId });
        if (query !== rest.query || documentId != null) setParams({ ...rest, ...(query === undefined ? {} : { query }) });
      } catch (error) {
        throw asGraphQLError(error);
      }
    },
    onParse({ params: { source } }) {
      if (isAnswered(typeof source === 'string' ? source : source.body)) return;
      throw new ApiError('PERSISTED_ONLY', 'only the documents of our own clients are answered here: ask by the id of one');
    },
  };
}
