/** From what the CRM tells to commands: the contact first, so that a message finds its lead. */
import { makeId, type LeadId, type TenantId } from '../../domain/ids.ts';
import type { LeadCommand } from '../../domain/lead/commands.ts';
import { LEAD_SOURCES, type LeadSource } from '../../domain/lead/lead.ts';
import { keyedIdBody } from '../../platform/messages/new-id.ts';
import type { CrmContact, CrmEvent } from './crm-payload.ts';

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

function upsert(leadId: LeadId, { tags, source, ...contact }: CrmContact): LeadCommand {
  return { type: 'CreateLead', leadId, lead: { ...contact, source: toLeadSource(source) }, tags, onExisting: 'MERGE' };
}

/** `now` (ISO) stands in where the CRM gave no time, and where its clock is ahead of ours. */
export function toCommands(event: Exclude<CrmEvent, { kind: 'IGNORED' }>, leadId: LeadId, now: string): readonly LeadCommand[] {
  if (event.kind === 'CONTACT') return [upsert(leadId, event.contact)];
  const at = event.at !== undefined && event.at < now ? event.at : now;
  return [
    upsert(leadId, event.contact),
    { type: 'RecordInteraction', leadId, interaction: { kind: 'MESSAGE_IN', at, text: event.text, channel: event.channel } },
  ];
}
