/** Everything that has an id of its own. Ids carry their kind (`lead_…`), so one id is enough to find a thing. */
import { isDeadLetterId, kindOfId } from '../domain/ids.ts';
import { findNode, findNodes, type NodeValue } from '../resolvers/nodes.ts';
import { dependsOn } from './authority.ts';
import { builder } from './builder.ts';

const TYPE_OF_KIND = { lead: 'Lead', property: 'Property', agent: 'Agent', command: 'CommandReceipt' } as const;

export const NodeInterface = builder.interfaceRef<NodeValue>('Node').implement({
  description: 'Something with an id of its own.',
  resolveType: (value) => {
    if (isDeadLetterId(value.id)) return 'DeadLetter';
    const kind = kindOfId(value.id);
    return kind === null ? undefined : TYPE_OF_KIND[kind];
  },
  fields: (t) => ({ id: t.exposeID('id', { description: 'Opaque; unique over all types.' }) }),
});

builder.queryFields((t) => ({
  node: t.field({
    type: NodeInterface,
    nullable: true,
    // Receipts are never kept, dead letters depend on roles: what reads them makes its answer nobody else's.
    extensions: dependsOn('TENANT'),
    description: 'What has this id; null where there is nothing (or nothing of yours).',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => findNode(context, id),
  }),
  nodes: t.field({
    type: [NodeInterface],
    nullable: { list: false, items: true },
    extensions: dependsOn('TENANT'),
    description: 'At most 100, in the order of the ids; null for what is not there.',
    args: { ids: t.arg.idList({ required: true }) },
    resolve: (_root, { ids }, context) => findNodes(context, ids),
  }),
}));
