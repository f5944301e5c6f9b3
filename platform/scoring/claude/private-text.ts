/**
 * A lead's own words, made fit to leave the house: no contact data, no names, nothing that fair housing protects.
 * Better a sentence too few than one too many: what looks like it is left out.
 */
import type { Lead } from '../../../domain/lead/lead.ts';

const CHARS_MAX = 400;
const EMAIL = /[^\s@<>]+@[^\s@<>]+/g;
const URL_LIKE = /\b(?:https?:\/\/|www\.)\S+/gi;
/** Seven digits or more with the marks that phone numbers are written with; prices have commas and stay. */
const PHONE = /\+?\(?\d{2,4}\)?[\s./-]*\d{2,4}[\s./-]+\d{3,4}\b|\+?\d{10,}/g;
const STREET =
  /\b\d{1,6}\s+(?:[nsew]{1,2}\.?\s+)?(?:[\p{L}\d'.-]+\s+){1,4}(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|court|ct|boulevard|blvd|way|place|pl|terrace|circle|cir|parkway|pkwy)\b\.?/giu;

/** Family status, religion, origin, age, disability, sex, schools and crime, and the usual stand-ins. */
const PROTECTED = new RegExp(
  String.raw`\b(?:${[
    'child(?:ren)?|kids?|bab(?:y|ies)|toddlers?|pregnan\\w*|famil(?:y|ies)|sons?|daughters?|newborn|grandkids?|grandchild\\w*',
    'married|marriage|single (?:mom|mother|dad|father|parent|woman|man)|divorc\\w*|widow\\w*|husband|wife|spouse|fianc\\w*|newly-?weds?|girlfriend|boyfriend',
    'church\\w*|mosque\\w*|synagogue\\w*|christian\\w*|catholic\\w*|muslim\\w*|jew(?:s|ish)?|hindu\\w*|buddhis\\w*|mormon\\w*|relig\\w*|kosher|halal',
    'african|asian|hispanic|latin[oax]s?|indian|chinese|mexican|caucasian|ethnic\\w*|race|racial|immigra\\w*|nationalit\\w*',
    '\\d+[ -]years?[ -]old|elderly|seniors?|retire\\w*|young (?:couple|professional|people)|old age|millennial\\w*',
    'disab\\w*|wheelchair\\w*|handicap\\w*|gay|lesbian|lgbt\\w*|transgender',
    'schools?|safe|safety|crimes?|unsafe|good neighbou?rhood|bad neighbou?rhood',
  ].join('|')})\b`,
  'iu',
);

/** Kinds of homes, not of people. */
const HOME_KINDS = /\b(?:single|multi|two|one)[- ]?family\b/giu;

/** True where the text speaks of what must never be used. */
export const mentionsProtected = (text: string): boolean => PROTECTED.test(text.replace(HOME_KINDS, ''));

const escapeForPattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

function withoutNames(text: string, lead: Lead): string {
  return [lead.firstName, lead.lastName]
    .filter((name) => name !== undefined && name.trim().length > 1)
    .reduce<string>((rest, name) => rest.replace(new RegExp(String.raw`(?<!\p{L})${escapeForPattern(name?.trim() ?? '')}(?!\p{L})`, 'giu'), '[name]'), text);
}

/** The sentences of a text that may be used; undefined where none is left. */
export function usableText(text: string | undefined, lead: Lead): string | undefined {
  if (text === undefined) return undefined;
  const kept = text
    .slice(0, CHARS_MAX * 4)
    .split(/(?<=[.!?;\n])\s+/)
    .filter((part) => !mentionsProtected(part))
    .join(' ')
    .replace(URL_LIKE, '[link]')
    .replace(EMAIL, '[email]')
    .replace(STREET, '[address]')
    .replace(PHONE, '[phone]');
  return withoutNames(kept, lead).trim().slice(0, CHARS_MAX) || undefined;
}

/** Usable entries of a list of short texts, at most `entriesMax`. */
export function usableList(texts: readonly string[], lead: Lead, entriesMax = 12): string[] {
  return texts.flatMap((text) => usableText(text, lead) ?? []).slice(0, entriesMax);
}
