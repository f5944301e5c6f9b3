/** Variables and extensions in a query string or a form that are no JSON: their sender's mistake, which Yoga would take for one of ours. */
import { createGraphQLError, type Plugin } from 'graphql-yoga';

export function useParameterErrors(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      // JSON bodies have their own words, and no need of one step more.
      if (requestParser === undefined || (request.method !== 'GET' && !isForm(request))) return;
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

const isForm = (request: Request): boolean => request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false;
