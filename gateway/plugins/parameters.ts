/** Variables and extensions in a query string that are no JSON: their sender's mistake, which Yoga would take for one of ours. */
import { createGraphQLError, type Plugin } from 'graphql-yoga';

export function useParameterErrors(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (requestParser === undefined || request.method !== 'GET') return;
      setRequestParser(async (one) => {
        try {
          return await requestParser(one);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
          throw createGraphQLError(`the parameters "variables" and "extensions" are JSON: ${error.message}`, {
            extensions: { code: 'BAD_USER_INPUT', field: 'variables', http: { status: 400 } },
          });
        }
      });
    },
  };
}
