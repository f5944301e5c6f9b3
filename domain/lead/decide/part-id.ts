import { ID_PREFIXES, type CommandId } from '../../ids.ts';

/** The id of what a command adds to a lead. It follows from the command's id, so that deciding stays without chance. */
export const partId = (kind: 'note' | 'task', commandId: CommandId): string => `${kind}_${commandId.slice(ID_PREFIXES.command.length)}`;
