/** GraphiQL's page with everything inside it: it works without the internet. 9 MB, so it is made once, when somebody first asks. */
import type { GraphiqlPage } from '../plugins/graphiql.ts';

const TOKEN_PLACE = 'DEV_TOKEN_GOES_HERE';
const NO_TOKEN = 'paste a token here';

const DEFAULT_QUERY = `# Every query needs a token: it stands in the headers below.
query Whoami {
  viewer {
    __typename
  }
}
`;

export function createGraphiqlPage(): GraphiqlPage {
  let parts: Promise<readonly string[]> | null = null;
  return async (token) => {
    parts ??= renderParts();
    return (await parts).join(token ?? NO_TOKEN);
  };
}

async function renderParts(): Promise<readonly string[]> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const page = renderGraphiQL({
    title: 'Lead intelligence API',
    endpoint: '/graphql',
    subscriptionsProtocol: 'SSE',
    headers: JSON.stringify({ authorization: `Bearer ${TOKEN_PLACE}` }, null, 2),
    defaultEditorToolsVisibility: 'headers',
    shouldPersistHeaders: false,
    defaultQuery: DEFAULT_QUERY,
  });
  return page.split(TOKEN_PLACE);
}
