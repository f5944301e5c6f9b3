/** How well properties suit a lead. */
import type { PropertyMatch } from '../domain/matching/property-match.ts';
import { builder } from './builder.ts';
import { connectionType } from './connection.ts';
import { PropertyType } from './refs.ts';

const MatchType = builder.objectRef<PropertyMatch>('PropertyMatch').implement({
  description: 'How well a property suits a lead.',
  fields: (t) => ({
    propertyId: t.exposeID('propertyId'),
    property: t.field({
      type: PropertyType,
      nullable: true,
      description: 'Null where the listing is not known any more.',
      resolve: (match, _args, context) => context.loaders.property(match.propertyId),
    }),
    score: t.exposeFloat('score', { description: '0 to 100.' }),
    confidence: t.exposeFloat('confidence', { description: '0 to 1: the share of the preferences that were told.' }),
    reasons: t.stringList({ resolve: (match) => match.reasons }),
    matchedAt: t.expose('matchedAt', { type: 'DateTime' }),
  }),
});

export const MatchConnection = connectionType('PropertyMatch', MatchType);
