/** The people who work leads. */
import type { AgentDetails } from '../domain/agent/agent.ts';
import { listAgents } from '../resolvers/agents/list.ts';
import { dependsOn } from './authority.ts';
import { builder } from './builder.ts';
import { RoleEnum } from './enums.ts';
import { keptFor } from './kept-for.ts';
import { moneyField } from './money.ts';
import { NodeInterface } from './node.ts';
import { AgentType } from './refs.ts';
import { isView } from './view-type.ts';

const TerritoryType = builder.objectRef<AgentDetails['territory']>('Territory').implement({
  description: 'Where an agent works. Null: no bound.',
  fields: (t) => ({
    zips: t.stringList({ resolve: (territory) => territory.zips }),
    priceMin: moneyField(t, (territory) => territory.priceMinMinor),
    priceMax: moneyField(t, (territory) => territory.priceMaxMinor),
  }),
});

AgentType.implement({
  description: 'A person who works leads.',
  interfaces: [NodeInterface],
  extensions: { ...isView, ...keptFor(300) },
  fields: (t) => ({
    version: t.exposeInt('version'),
    name: t.exposeString('name'),
    email: t.exposeString('email'),
    phone: t.exposeString('phone', { nullable: true }),
    role: t.expose('role', { type: RoleEnum }),
    territory: t.expose('territory', { type: TerritoryType }),
    capacity: t.exposeInt('capacity', { description: 'Open leads that the agent can hold.' }),
    available: t.exposeBoolean('available'),
    timeZone: t.exposeString('timeZone'),
    madeUp: t.exposeBoolean('madeUp', { description: 'True for agents that the demo made up.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
  }),
});

builder.queryField('agents', (t) =>
  t.field({
    type: [AgentType],
    description: "The brokerage's agents, 500 at the most.",
    extensions: dependsOn('TENANT'),
    resolve: (_root, _args, context) => listAgents(context),
  }),
);
