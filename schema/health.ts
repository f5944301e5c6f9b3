/** How the parts are. */
import type { ComponentHealth, Health } from '../resolvers/component-health.ts';
import { builder } from './builder.ts';
import { ComponentStatusEnum } from './enums.ts';
import { seldom } from './seldom.ts';

const FactType = builder.objectRef<ComponentHealth['facts'][number]>('HealthFact').implement({
  fields: (t) => ({ name: t.exposeString('name'), value: t.exposeString('value') }),
});

const ComponentType = builder.objectRef<ComponentHealth>('ComponentHealth').implement({
  fields: (t) => ({
    component: t.exposeString('component', {
      description: 'readModels, log, liveBus, scoring, projector, …; L0 to L3: the layers that this gateway answers from.',
    }),
    instance: t.exposeString('instance', { nullable: true, description: 'Which process; null for a part that the gateway itself asked.' }),
    status: t.expose('status', { type: ComponentStatusEnum }),
    detail: t.exposeString('detail'),
    circuit: t.exposeString('circuit', { nullable: true, description: 'NONE, CLOSED, OPEN or HALF_OPEN, where the part has one.' }),
    facts: t.field({ type: [FactType], resolve: (component) => component.facts }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});

const HealthType = builder.objectRef<Health>('Health').implement({
  description: 'How the parts are, as far as this gateway knows.',
  fields: (t) => ({
    ok: t.exposeBoolean('ok', { description: 'True where every part is UP.' }),
    scoringCircuit: t.exposeString('scoringCircuit', {
      nullable: true,
      description: 'Of the AI behind the scores; null where no scoring worker was heard of.',
    }),
    components: t.field({ type: [ComponentType], resolve: (health) => health.components }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});

builder.queryField('health', (t) => t.field({ type: HealthType, resolve: async (_root, _args, context) => (await seldom()).healthOf(context) }));
