/** Every role by its name. */
import { commandHandlerRole } from './command-handler/role.ts';
import type { Role, RoleName } from './kit/role.ts';
import { matchingRole } from './matching/role.ts';
import { createOriginRole } from './origin/role.ts';
import { projectorRole } from './projector/role.ts';
import { relayRole } from './relay/role.ts';
import { scoringRole } from './scoring/role.ts';

/** `originToken`: what callers of the origin role must present. */
export function rolesByName(originToken: string | undefined): Readonly<Record<RoleName, Role>> {
  return {
    'command-handler': commandHandlerRole,
    relay: relayRole,
    projector: projectorRole,
    scoring: scoringRole,
    matching: matchingRole,
    origin: createOriginRole(originToken),
  };
}
