/** Relay's shape of a list: edges with cursors, and where the page stands. */
import type { Connection } from '../resolvers/connection.ts';
import { builder, type SchemaTypes } from './builder.ts';
import { PART, type CacheMark } from './cache-control.ts';

type ExtendedTypes = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;
type ObjectRef<Shape> = PothosSchemaTypes.ObjectRef<ExtendedTypes, Shape>;
type Edge<Node> = Connection<Node>['edges'][number];

const PageInfoType = builder.objectRef<Connection<unknown>['pageInfo']>('PageInfo').implement({
  extensions: { ...PART },
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage'),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage'),
    startCursor: t.exposeString('startCursor', { nullable: true }),
    endCursor: t.exposeString('endCursor', { nullable: true }),
  }),
});

/** The types `<name>Connection` and `<name>Edge`. `mark`: where they show nothing about a person. */
export function connectionType<Node extends object>(name: string, node: ObjectRef<Node>, mark?: CacheMark) {
  const extensions = { ...mark };
  const edge = builder.objectRef<Edge<Node>>(`${name}Edge`).implement({
    extensions,
    fields: (t) => ({
      // Pothos cannot see through a type that is still open here.
      node: t.field({ type: node, resolve: (parent) => parent.node as never }),
      cursor: t.exposeString('cursor'),
    }),
  });
  return builder.objectRef<Connection<Node>>(`${name}Connection`).implement({
    extensions,
    fields: (t) => ({
      pageInfo: t.field({ type: PageInfoType, resolve: (parent) => parent.pageInfo }),
      edges: t.field({ type: [edge], resolve: (parent) => parent.edges }),
    }),
  });
}
