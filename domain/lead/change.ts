/** How a patch changes a lead. */
import { patched, realChanges } from '../patch.ts';
import type { LeadPatch } from './commands.ts';
import { EMPTY_PREFERENCES } from './defaults.ts';
import type { Lead } from './lead.ts';

/** The lead with the patch applied. */
export function patchedLead(lead: Lead, patch: LeadPatch): Lead {
  const { campaign, preferences, ...plain } = patch;
  return {
    ...patched<Lead>(lead, plain),
    ...(campaign ? { campaign: patched(lead.campaign, campaign) } : {}),
    ...(preferences ? { preferences: patched(lead.preferences, preferences, EMPTY_PREFERENCES) } : {}),
  };
}

/** The part of the patch that really changes the lead; null where nothing does. */
export function leadChanges(lead: Lead, patch: LeadPatch): LeadPatch | null {
  const { campaign: campaignPatch, preferences: preferencesPatch, ...plain } = patch;
  const campaign = campaignPatch && realChanges(lead.campaign, campaignPatch);
  const preferences = preferencesPatch && realChanges(lead.preferences, preferencesPatch, EMPTY_PREFERENCES);
  const changes: LeadPatch = {
    ...realChanges<Lead, LeadPatchPlain>(lead, plain),
    ...(campaign ? { campaign } : {}),
    ...(preferences ? { preferences } : {}),
  };
  return Object.keys(changes).length === 0 ? null : changes;
}
type LeadPatchPlain = Omit<LeadPatch, 'campaign' | 'preferences'>;

/** True where somebody could find or reach the person. */
export const isReachable = (lead: Lead): boolean =>
  [lead.firstName, lead.lastName, lead.email, lead.phone, lead.externalId].some((value) => value !== undefined);
