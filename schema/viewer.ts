/** Who asks. */
import type { Identity } from '../resolvers/context.ts';
import { builder } from './builder.ts';
import { RoleEnum } from './enums.ts';

const ViewerType = builder.objectRef<Identity>('Viewer').implement({
  description: 'Who asks, from the token.',
  fields: (t) => ({
    id: t.exposeID('subject'),
    tenant: t.exposeString('tenant'),
    roles: t.field({ type: [RoleEnum], resolve: (identity) => identity.roles }),
    expiresAt: t.field({ type: 'DateTime', resolve: (identity) => new Date(identity.expiresAtMs).toISOString() }),
    liveCursor: t.string({
      description: 'Where the news stand now: subscribe with after: liveCursor to miss nothing from here on.',
      resolve: (identity, _args, context) => context.ports.liveBus.latest(identity.tenant),
    }),
  }),
});

builder.queryField('viewer', (t) => t.field({ type: ViewerType, resolve: (_root, _args, context) => context.identity }));
