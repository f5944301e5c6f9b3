/** What became of a request to change something. */
import type { CommandReceipt } from '../domain/messages.ts';
import { isId } from '../domain/ids.ts';
import { changedLead, receiptById, tokenOf } from '../resolvers/commands/receipt.ts';
import { builder } from './builder.ts';
import { CommandStatusEnum, LaneEnum } from './enums.ts';
import { keptFor } from './kept-for.ts';
import { NodeInterface } from './node.ts';
import { apiField } from '../resolvers/commands/input-problems.ts';
import { CommandReceiptType, LeadType } from './refs.ts';

const CommandErrorType = builder.objectRef<NonNullable<CommandReceipt['error']>>('CommandError').implement({
  description: 'Why a command was not carried out.',
  fields: (t) => ({
    code: t.exposeString('code'),
    message: t.exposeString('message'),
    field: t.string({
      nullable: true,
      description: "The input's field, as a dotted path.",
      resolve: ({ field }) => (field === undefined ? null : apiField(field)),
    }),
  }),
});

CommandReceiptType.implement({
  description: 'What became of a command. Ask again by command(id), or follow it by commandUpdated(id).',
  interfaces: [NodeInterface],
  extensions: keptFor(0),
  fields: (t) => ({
    type: t.exposeString('type', { description: 'CreateLead, UpdateLead, …' }),
    status: t.expose('status', { type: CommandStatusEnum }),
    lane: t.expose('lane', { type: LaneEnum }),
    acceptedAt: t.expose('acceptedAt', { type: 'DateTime' }),
    appliedAt: t.expose('appliedAt', { type: 'DateTime', nullable: true }),
    visibleAt: t.expose('visibleAt', { type: 'DateTime', nullable: true }),
    entityId: t.exposeID('streamId', { description: 'What it changes: a lead, a property or an agent.' }),
    leadId: t.id({ nullable: true, resolve: (receipt) => (isId('lead', receipt.streamId) ? receipt.streamId : null) }),
    version: t.exposeInt('version', { nullable: true, description: 'The version of what it changed, after it; null until applied.' }),
    token: t.string({
      nullable: true,
      description: 'Give it back as atLeast or in the header x-consistency-token to read your own write anywhere; null until applied.',
      resolve: (receipt, _args, context) => tokenOf(context, receipt),
    }),
    error: t.expose('error', { type: CommandErrorType, nullable: true }),
    lead: t.field({
      type: LeadType,
      nullable: true,
      description: 'The lead, not older than the change; null until applied, and for commands on something else.',
      resolve: (receipt, _args, context) => changedLead(context, receipt),
    }),
  }),
});

builder.queryField('command', (t) =>
  t.field({
    type: CommandReceiptType,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => receiptById(context, id),
  }),
);
