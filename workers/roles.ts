/** Every role by its name. */
import { analyticsRole } from './analytics/role.ts';
import { commandHandlerRole } from './command-handler/role.ts';
import type { WorkersConfig } from './config.ts';
import type { Role, RoleName } from './kit/role.ts';
import { matchingRole } from './matching/role.ts';
import { createOriginRole } from './origin/role.ts';
import { projectorRole } from './projector/role.ts';
import { createRelayRole } from './relay/role.ts';
import { scoringRole } from './scoring/role.ts';

/** What the roles are told of the environment. `originToken`: what callers of the origin role must present. */
export function rolesByName({ originToken, logRetentionMs }: Pick<WorkersConfig, 'originToken' | 'logRetentionMs'>): Readonly<Record<RoleName, Role>> {
  return {
    'command-handler': commandHandlerRole,
    relay: createRelayRole({ logRetentionMs }),
    projector: projectorRole,
    scoring: scoringRole,
    matching: matchingRole,
    analytics: analyticsRole,
    origin: createOriginRole(originToken),
  };
}
