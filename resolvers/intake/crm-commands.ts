/** From what the CRM tells to commands: the contact first, so that a message finds its lead. */
import { makeId, type LeadId, type TenantId } from '../../domain/ids.ts';
import type { LeadCommand, LeadPatch } from '../../domain/lead/commands.ts';
import { LEAD_SOURCES, type LeadSource } from '../../domain/lead/lead.ts';
import { normalizeTag } from '../../domain/lead/normalize.ts';
import { normalizeInteraction } from '../../domain/lead/normalize-interaction.ts';
import { normalizePatch } from '../../domain/lead/normalize-patch.ts';
import { LIMITS } from '../../domain/limits.ts';
import { Problem } from '../../domain/problem.ts';
import { keyedIdBody } from '../../platform/messages/new-id.ts';
import { CrmPayloadError, type CrmContact, type CrmEvent } from './crm-payload.ts';

/** A contact is always the same lead, however often and in which order the CRM tells of it. */
export const crmLeadId = async (tenant: TenantId, externalId: string): Promise<LeadId> => makeId('lead', await keyedIdBody(tenant, `crm:${externalId}`));

const SOURCE_WORDS: readonly (readonly [RegExp, LeadSource])[] = [
  [/zillow|realtor|trulia|redfin|portal/, 'PORTAL'],
  [/referr/, 'REFERRAL'],
  [/past client|repeat/, 'PAST_CLIENT'],
  [/organic|seo/, 'ORGANIC_SEARCH'],
  [/open house/, 'OPEN_HOUSE'],
  [/facebook|instagram|social|tiktok/, 'SOCIAL'],
  [/ads?\b|adwords|ppc|paid/, 'PAID_ADS'],
  [/cold call/, 'COLD_CALL'],
  [/purchased|list/, 'PURCHASED'],
  [/form|website|chat|widget/, 'WEBSITE_FORM'],
];

/** The CRM's free text as one of our sources; what it does not say clearly is OTHER. */
export function toLeadSource(words: string | undefined): LeadSource | undefined {
  if (words === undefined) return undefined;
  const exact = LEAD_SOURCES.find((source) => source === words.toUpperCase().replaceAll(/[\s-]+/g, '_'));
  return exact ?? SOURCE_WORDS.find(([pattern]) => pattern.test(words.toLowerCase()))?.[1] ?? 'OTHER';
}

export interface CrmCommands {
  readonly commands: readonly LeadCommand[];
  /** What of the contact makes no sense and was left out. */
  readonly leftOut: readonly string[];
}

/**
 * What is good of a contact. A CRM holds what people typed ("unknown" for a phone), and cannot be asked again: one such field must not cost the
 * person's other fields and the message that came with them.
 */
function keepGood({ tags, source, ...contact }: CrmContact): { lead: LeadPatch; tags: readonly string[]; leftOut: readonly string[] } {
  const lead: LeadPatch = {};
  const leftOut: string[] = [];
  for (const [field, value] of Object.entries({ ...contact, source: toLeadSource(source) })) {
    const checked = normalizePatch({ [field]: value });
    if (checked instanceof Problem) leftOut.push(`${checked.field} ${checked.message}`);
    else Object.assign(lead, checked);
  }
  const goodTags: string[] = [];
  for (const tag of tags) {
    const checked = normalizeTag(tag, `tag ${JSON.stringify(tag.slice(0, LIMITS.tagLength))}`);
    if (checked instanceof Problem) leftOut.push(`${checked.field} ${checked.message}`);
    else goodTags.push(checked);
  }
  if (goodTags.length > LIMITS.tags) leftOut.push(`tags: ${goodTags.length - LIMITS.tags} behind the first ${LIMITS.tags}`);
  return { lead, tags: goodTags.slice(0, LIMITS.tags), leftOut };
}

/** `now` (ISO) stands in where the CRM gave no time, and where its clock is ahead of ours. Throws CrmPayloadError for a message that no lead could hold. */
export function toCommands(event: Exclude<CrmEvent, { kind: 'IGNORED' }>, leadId: LeadId, now: string): CrmCommands {
  const { lead, tags, leftOut } = keepGood(event.contact);
  const contact: LeadCommand = { type: 'CreateLead', leadId, lead, tags, onExisting: 'MERGE' };
  if (event.kind === 'CONTACT') return { commands: [contact], leftOut };
  const at = event.at !== undefined && event.at < now ? event.at : now;
  const interaction = normalizeInteraction({ kind: 'MESSAGE_IN', at, text: event.text, channel: event.channel }, now);
  if (interaction instanceof Problem) throw new CrmPayloadError(`${interaction.field.replace('interaction.', '')}: ${interaction.message}`);
  return { commands: [contact, { type: 'RecordInteraction', leadId, interaction }], leftOut };
}
