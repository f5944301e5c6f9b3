/** How lists find a lead. */
import type { Lead } from '../lead/lead.ts';
import type { IndexEntry } from './index-entry.ts';
import { agentFacet, DEGRADED_FACET, LEAD_FIELDS, scoreKey, sourceFacet, stageFacet, tagFacet, tierFacet } from './index-names.ts';
import { leadTotals } from './lead-totals.ts';
import { phoneWords, searchWords } from './words.ts';

/** Null: in no list and no total, because it was erased. */
export function leadIndex(lead: Lead): IndexEntry | null {
  if (lead.erasedAt !== undefined) return null;
  return { facets: facetsOf(lead), sorts: sortsOf(lead), fields: fieldsOf(lead), words: wordsOf(lead), adds: leadTotals(lead) };
}

function facetsOf({ score, stage, source, agentId, tags }: Lead): readonly string[] {
  return [
    ...(score ? [tierFacet(score.tier)] : []),
    stageFacet(stage),
    sourceFacet(source),
    ...(agentId === undefined ? [] : [agentFacet(agentId)]),
    ...new Set(tags.map(tagFacet)),
    ...(score?.degraded ? [DEGRADED_FACET] : []),
  ];
}

function sortsOf({ score, updatedAt, createdAt, responseDueAt }: Lead): Readonly<Record<string, string>> {
  const due = responseDueAt === undefined ? {} : { DUE: responseDueAt };
  return { SCORE: scoreKey(score?.value), UPDATED: updatedAt, CREATED: createdAt, ...due };
}

function fieldsOf({ score, updatedAt, createdAt, responseDueAt, preferences: { point } }: Lead): Readonly<Record<string, number | string>> {
  return {
    ...(score ? { [LEAD_FIELDS.score]: score.value } : {}),
    [LEAD_FIELDS.updatedAt]: updatedAt,
    [LEAD_FIELDS.createdAt]: createdAt,
    ...(responseDueAt === undefined ? {} : { [LEAD_FIELDS.due]: responseDueAt }),
    ...(point ? { [LEAD_FIELDS.lat]: point.lat, [LEAD_FIELDS.lon]: point.lon } : {}),
  };
}

const wordsOf = ({ firstName, lastName, email, phone, tags }: Lead): readonly string[] => [
  ...new Set([...searchWords([firstName, lastName, email, ...tags]), ...phoneWords(phone)]),
];
