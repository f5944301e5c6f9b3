/** Changing agents. */
import { builder } from './builder.ts';
import { commandMutation } from './command-mutation.ts';
import { RoleEnum } from './enums.ts';

const UpsertAgentInput = builder.inputType('UpsertAgentInput', {
  description: 'The whole agent.',
  fields: (t) => ({
    agentId: t.id({ description: 'Absent: a new agent.' }),
    name: t.string({ required: true }),
    email: t.string({ required: true }),
    phone: t.string(),
    role: t.field({ type: RoleEnum, defaultValue: 'AGENT' }),
    zips: t.stringList(),
    priceMin: t.field({ type: 'Decimal' }),
    priceMax: t.field({ type: 'Decimal' }),
    capacity: t.int({ defaultValue: 50 }),
    available: t.boolean({ defaultValue: true }),
    timeZone: t.string(),
  }),
});

commandMutation('upsertAgent', UpsertAgentInput, { description: 'A new agent, or changes to one. Managers and admins only.' });
