import type { Decision, DecisionContext } from '../../decision.ts';
import { rejected } from '../../decisions.ts';
import type { LeadId } from '../../ids.ts';
import type { LeadEvent } from '../events.ts';
import type { LeadPatch } from '../commands.ts';

/** The rejection where the patch sets an email that another lead owns; else null. */
export function emailTaken(patch: LeadPatch, leadId: LeadId, context: DecisionContext): Decision<LeadEvent> | null {
  const { emailOwner } = context;
  if (typeof patch.email !== 'string' || emailOwner === undefined || emailOwner === leadId) return null;
  return rejected('CONFLICT', `this email belongs to ${emailOwner}`, 'email');
}
