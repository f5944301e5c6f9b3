/** Money leaves as decimal text. */
import { toDecimal } from '../resolvers/scalars.ts';
import type { SchemaTypes } from './builder.ts';

type ExtendedTypes = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;

/** A nullable Decimal from minor units. */
export const moneyField = <Parent>(t: PothosSchemaTypes.ObjectFieldBuilder<ExtendedTypes, Parent>, minorOf: (parent: Parent) => number | undefined) =>
  t.field({
    type: 'Decimal',
    nullable: true,
    resolve: (parent) => {
      const minor = minorOf(parent);
      return minor === undefined ? null : toDecimal(minor);
    },
  });
