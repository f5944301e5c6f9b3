/** The operations that all servers answer. */
export const LIST = /* GraphQL */ `
  query List($first: Int) {
    leads(first: $first, orderBy: SCORE_DESC) {
      edges {
        node {
          id
          name
          email
          stage
          tier
          score {
            value
            confidence
            source
          }
          agent {
            id
            name
          }
          updatedAt
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`;

export const BY_ID = /* GraphQL */ `
  query ById($id: ID!) {
    lead(id: $id) {
      id
      name
      email
      stage
      tier
      score {
        value
        confidence
        source
      }
      agent {
        id
        name
      }
      updatedAt
    }
  }
`;

export const LIST_SIZE = 20;

/** The same list from a place in it on. Each number makes another document of it, which calls one field of its leads by another name. */
export const listPage = (number: number): string =>
  LIST.replace('List($first: Int)', `Page${number}($first: Int, $after: String)`)
    .replace('first: $first,', 'first: $first, after: $after,')
    .replace('updatedAt', `updatedAt${number}: updatedAt`);
/** An answer to `listPage` with the names that all of them share. */
export const withPlainNames = (answer: string): string => answer.replaceAll(/"updatedAt\d+":/g, '"updatedAt":');

const INTROSPECTION = '__schema { __typename }';
/** What INTROSPECTION answers. */
export const INTROSPECTED = { __schema: { __typename: '__Schema' } };
/** The same document with a question about the schema beside it, which compiled queries leave to GraphQL. */
export const withIntrospection = (document: string): string => document.replace(/\}\s*$/, `${INTROSPECTION} }`);

export const CREATE_LEAD = /* GraphQL */ `
  mutation Create($input: CreateLeadInput!) {
    createLead(input: $input, wait: ACCEPTED) {
      id
      status
    }
  }
`;

export const RECORD_INTERACTION = /* GraphQL */ `
  mutation Record($input: RecordInteractionInput!) {
    recordInteraction(input: $input, wait: ACCEPTED) {
      id
      status
    }
  }
`;

export const LEAD_CHANGED = /* GraphQL */ `
  subscription Changed($id: ID!) {
    leadChanged(id: $id) {
      version
      events
      lead {
        id
        name
      }
    }
  }
`;

/** The body of a request; the document with single spaces, as clients in production send it. */
export const requestBody = (query: string, variables: object): string => JSON.stringify({ query: query.replace(/\s+/g, ' ').trim(), variables });

export const ADD_NOTE = /* GraphQL */ `
  mutation Note($input: AddNoteInput!) {
    addNote(input: $input, wait: VISIBLE) {
      status
      version
    }
  }
`;

export const VERSION_BY_ID = /* GraphQL */ `
  query VersionById($id: ID!) {
    lead(id: $id) {
      id
      email
      version
    }
  }
`;

export const NEWEST_LEADS = /* GraphQL */ `
  query Newest($first: Int, $after: String) {
    leads(first: $first, after: $after, orderBy: CREATED_DESC) {
      edges {
        cursor
        node {
          id
          version
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`;
