/** What a client says about a lead, as the domain takes it. */
import type { LeadPatch } from '../../domain/lead/commands.ts';
import { normalizePatch } from '../../domain/lead/normalize-patch.ts';
import { toMinor } from '../scalars.ts';
import { good } from './input-problems.ts';
import type { LeadFieldsInput, PreferencesInput } from './inputs.ts';

/** Null stays null (clears); absent stays absent; money becomes minor units. */
const minorOf = (decimal: string | null | undefined): number | null | undefined => (typeof decimal === 'string' ? toMinor(decimal) : decimal);

function preferencesOf(input: PreferencesInput): LeadPatch['preferences'] {
  const { budgetMin, budgetMax, ...rest } = input;
  return { ...rest, budgetMinMinor: minorOf(budgetMin), budgetMaxMinor: minorOf(budgetMax) };
}

/** The patch in the domain's form, checked. Throws ApiError (BAD_USER_INPUT). Clearing a source, an intent or a time zone makes no sense: null leaves them. */
export function leadPatchOf(input: LeadFieldsInput): LeadPatch {
  const { externalId, firstName, lastName, email, phone } = input;
  return good(
    normalizePatch({
      externalId,
      firstName,
      lastName,
      email,
      phone,
      source: input.source ?? undefined,
      campaign: input.campaign ?? undefined,
      intent: input.intent ?? undefined,
      preferences: input.preferences ? preferencesOf(input.preferences) : undefined,
      timeZone: input.timeZone ?? undefined,
    }),
  );
}
