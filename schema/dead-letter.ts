/** What could not be handled, and having it tried again. */
import type { DeadLetter } from '../resolvers/dead-letters/dead-letter.ts';
import { appendedAt, laneOfLetter, leadOfLetter, receiptOfLetter } from '../resolvers/dead-letters/dead-letter.ts';
import { withMutations } from './late-mutations.ts';
import { builder } from './builder.ts';
import { connectionType } from './connection.ts';
import { LaneEnum, WaitEnum } from './enums.ts';
import { keptFor } from './kept-for.ts';
import { NodeInterface } from './node.ts';
import { CommandReceiptType } from './refs.ts';
import { seldom } from './seldom.ts';

const DeadLetterType = builder.objectRef<DeadLetter>('DeadLetter').implement({
  description: 'A record of the log that could not be handled: why, how often it was tried, where it stood. Admins only.',
  interfaces: [NodeInterface],
  extensions: keptFor(0),
  fields: (t) => ({
    commandId: t.exposeID('commandId', { nullable: true, description: 'Null where the record does not say, as are entityId and type.' }),
    entityId: t.exposeID('streamId', { nullable: true, description: 'What it is about: a lead, a property or an agent.' }),
    leadId: t.id({ nullable: true, resolve: leadOfLetter }),
    type: t.exposeString('type', { nullable: true, description: 'Of the command (CreateLead, …) or the event (LeadCreated, …).' }),
    lane: t.field({ type: LaneEnum, nullable: true, resolve: laneOfLetter }),
    topic: t.string({ description: 'Where in the log it stood, as are partition, offset, key and appendedAt.', resolve: ({ original }) => original.topic }),
    partition: t.int({ resolve: ({ original }) => original.partition }),
    offset: t.string({ resolve: ({ original }) => original.offset }),
    key: t.string({ resolve: ({ original }) => original.key }),
    appendedAt: t.field({ type: 'DateTime', resolve: appendedAt }),
    group: t.exposeString('group', { description: 'The consumers that gave up.' }),
    reason: t.exposeString('reason'),
    attempts: t.exposeInt('attempts'),
    firstFailedAt: t.expose('firstFailedAt', { type: 'DateTime' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was put aside.' }),
    traceparent: t.exposeString('traceparent', { nullable: true, description: 'W3C trace context of the request behind it.' }),
    value: t.string({ nullable: true, description: 'The record as it was; null once its lead was erased.', resolve: ({ original }) => original.value }),
    cutFrom: t.int({ nullable: true, description: "The value's length, where only its beginning was kept.", resolve: ({ original }) => original.cutFrom }),
    replays: t.exposeInt('replays', { description: 'How often it was tried again.' }),
    replayedAt: t.expose('replayedAt', { type: 'DateTime', nullable: true, description: 'The last time.' }),
    replayedBy: t.exposeString('replayedBy', { nullable: true }),
    receipt: t.field({
      type: CommandReceiptType,
      nullable: true,
      description: "The command's receipt as it is now; null for an event, and for a command that was never handled.",
      resolve: (letter, _args, context) => receiptOfLetter(context, letter),
    }),
  }),
});

const DeadLetterConnection = connectionType('DeadLetter', DeadLetterType);

const DeadLetterFilterInput = builder.inputType('DeadLetterFilter', {
  description: 'All that is given must hold.',
  fields: (t) => ({
    topic: t.string({ description: 'leads.commands.hot, leads.events.cold, …' }),
    type: t.string({ description: 'Of the command or the event, to the letter.' }),
    leadId: t.id(),
    entityId: t.id({ description: 'A lead, a property or an agent.' }),
    commandId: t.id(),
    reason: t.string({ description: 'A part of the reason, in any case.' }),
    since: t.field({ type: 'DateTime', description: 'Put aside then or later.' }),
    until: t.field({ type: 'DateTime', description: 'Put aside then or earlier.' }),
    replayed: t.boolean({ description: 'true: only those that were tried again. false: only those that were not. null: all.' }),
  }),
});

builder.queryField('deadLetters', (t) =>
  t.field({
    type: DeadLetterConnection,
    description: 'What could not be handled, newest first. Admins only.',
    args: {
      filter: t.arg({ type: DeadLetterFilterInput }),
      first: t.arg.int({ defaultValue: 20, description: '1 to 100.' }),
      after: t.arg.string(),
    },
    resolve: async (_root, args, context) => (await seldom()).listDeadLetters(context, args),
  }),
);

const ReplayDeadLetterInput = builder.inputType('ReplayDeadLetterInput', { fields: (t) => ({ id: t.id({ required: true }) }) });

builder.mutationField('replayDeadLetter', (t) =>
  t.field({
    type: CommandReceiptType,
    description:
      'Has the command of a dead letter tried again: the same command with the same id, whose receipt this is, ACCEPTED again until its new outcome is there. ' +
      'A command that was carried out since stays so. CONFLICT where it cannot be tried again. Admins only.',
    args: {
      input: t.arg({ type: ReplayDeadLetterInput, required: true }),
      idempotencyKey: t.arg.string({ description: 'Sent again with the same key, it is tried once.' }),
      wait: t.arg({ type: WaitEnum, defaultValue: 'ACCEPTED' }),
    },
    resolve: (_root, args, context) => withMutations(({ replayDeadLetter }) => replayDeadLetter(context, args.input, args)),
  }),
);
