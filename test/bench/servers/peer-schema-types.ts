/** The part of our schema that the documents need. */
export const typeDefs = /* GraphQL */ `
  enum LeadOrder {
    SCORE_DESC
    UPDATED_DESC
  }
  type Query {
    leads(first: Int = 20, after: String, orderBy: LeadOrder = SCORE_DESC): LeadConnection!
    lead(id: ID!): Lead
  }
  type LeadConnection {
    edges: [LeadEdge!]!
    pageInfo: PageInfo!
  }
  type LeadEdge {
    cursor: String!
    node: Lead!
  }
  type PageInfo {
    hasNextPage: Boolean!
  }
  type Lead {
    id: ID!
    name: String!
    email: String
    stage: String!
    tier: String
    score: Score
    agent: Agent
    updatedAt: String!
  }
  type Score {
    value: Float!
    confidence: Float!
    source: String!
  }
  type Agent {
    id: ID!
    name: String!
  }
`;
