/** Many leads or listings at once. Few processes ever take a file: what reads one is loaded with the first that comes. */
import type { ImportInterruption, ImportProblem, ImportReport } from '../resolvers/intake/import-rows.ts';
import { withMutations } from './late-mutations.ts';
import { builder } from './builder.ts';
import { CreateLeadInput } from './lead-inputs.ts';
import { CommandReceiptType } from './refs.ts';

const ImportErrorType = builder.objectRef<ImportProblem>('ImportError').implement({
  description: 'A row that was left out, and why.',
  fields: (t) => ({
    row: t.exposeInt('row', { description: 'Of a CSV: its line, the header being 1. Of objects: their place, from 1.' }),
    column: t.exposeString('column', { nullable: true, description: 'Null where the whole row is wrong.' }),
    message: t.exposeString('message'),
    value: t.exposeString('value', { nullable: true, description: 'What stood there, shortened.' }),
  }),
});

const ImportInterruptionType = builder.objectRef<ImportInterruption>('ImportInterruption').implement({
  description: 'The command log went away in the middle. The same rows with the same idempotency key complete the import: nothing comes twice.',
  fields: (t) => ({
    fromRow: t.exposeInt('fromRow', { description: 'Rows from this one on were not taken in, as far as is known.' }),
    message: t.exposeString('message'),
    retryAfter: t.exposeInt('retryAfter', { description: 'Seconds.' }),
  }),
});

const ImportReportType = builder.objectRef<ImportReport>('ImportReport').implement({
  description: 'Good rows went in, one command each; bad ones are told.',
  fields: (t) => ({
    accepted: t.exposeInt('accepted'),
    rejected: t.int({ resolve: (report) => report.rejected }),
    errors: t.field({ type: [ImportErrorType], resolve: (report) => report.errors }),
    ignoredColumns: t.stringList({ description: 'Columns of the CSV that mean nothing to us.', resolve: (report) => report.ignoredColumns }),
    commandIds: t.idList({ description: 'One for each accepted row, in their order.', resolve: (report) => report.receipts.map(({ id }) => id) }),
    interruption: t.field({
      type: ImportInterruptionType,
      nullable: true,
      description: 'Null where every good row went in.',
      resolve: (report) => report.interruption,
    }),
    receipts: t.field({
      type: [CommandReceiptType],
      description: 'As of now.',
      args: { first: t.arg.int({ defaultValue: 20 }) },
      resolve: (report, args) => report.receipts.slice(0, Math.min(Math.max(args.first ?? 20, 0), 100)),
    }),
  }),
});

const ImportLeadsInput = builder.inputType('ImportLeadsInput', {
  description: 'Either leads or csv; 10,000 at the most.',
  fields: (t) => ({
    leads: t.field({ type: [CreateLeadInput] }),
    csv: t.string({ description: 'Text with a header line: firstName, lastName, email, phone, source, budgetMax, …' }),
  }),
});

builder.mutationField('importLeads', (t) =>
  t.field({
    type: ImportReportType,
    description: 'Up to 10,000 leads, in the cold lane. Managers and admins only.',
    args: {
      input: t.arg({ type: ImportLeadsInput, required: true }),
      idempotencyKey: t.arg.string({ description: 'The same key and rows again: the same leads, once.' }),
    },
    resolve: (_root, args, context) => withMutations(({ importLeads }) => importLeads(context, args.input, args.idempotencyKey)),
  }),
);

const ImportPropertiesInput = builder.inputType('ImportPropertiesInput', {
  description: '10,000 listings at the most.',
  fields: (t) => ({
    csv: t.string({ required: true, description: 'Text with a header line: externalId, price, bedrooms, bathrooms, squareFeet, zip, …' }),
  }),
});

builder.mutationField('importProperties', (t) =>
  t.field({
    type: ImportReportType,
    description: 'Up to 10,000 listings, in the cold lane; a listing that is there is changed. Managers and admins only.',
    args: {
      input: t.arg({ type: ImportPropertiesInput, required: true }),
      idempotencyKey: t.arg.string({ description: 'The same key and rows again: the same changes, once.' }),
    },
    resolve: (_root, args, context) => withMutations(({ importProperties }) => importProperties(context, args.input, args.idempotencyKey)),
  }),
);
