/** The one builder. Fields are non-null unless a type says that absence means something. */
import SchemaBuilder from '@pothos/core';
import type { RequestContext } from '../resolvers/context.ts';
import { parseDateTime, parseDecimal } from '../resolvers/scalars.ts';

export interface SchemaTypes {
  Context: RequestContext;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: string; Output: string };
    Decimal: { Input: string; Output: string };
    JSON: { Input: never; Output: unknown };
  };
}

export const builder = new SchemaBuilder<SchemaTypes>({ defaultFieldNullability: false });

builder.scalarType('DateTime', {
  description: 'A moment, ISO 8601 with an offset; answers are in UTC with milliseconds: 2026-03-01T09:30:00.000Z.',
  serialize: (value) => value,
  parseValue: parseDateTime,
});

builder.scalarType('Decimal', {
  description: 'Money as decimal text in whole units and two decimals, never a float: "925000.00".',
  serialize: (value) => value,
  parseValue: parseDecimal,
});

builder.scalarType('JSON', { description: 'Any JSON value; only ever answered.', serialize: (value) => value });

builder.queryType({});
builder.mutationType({ description: 'Each mutation is a command: it answers with a receipt, once the command is safely in the log.' });
builder.subscriptionType({
  description:
    'Every result carries a cursor; `after: cursor` resumes behind it and misses nothing. A subscription that cannot go on ends with a last result whose ' +
    'error has the code RELOAD_REQUIRED (older news are gone: read again, then resume after `extensions.cursor`) or RESUME_REQUIRED (resume after `extensions.cursor`).',
});
