/** Documents that were parsed, by their text, for both ways: each is parsed once, and reads as more tokens than are allowed on neither. Edge safe. */
import { parse, type DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

export type ParsedDocuments = LRUCache<string, DocumentNode>;

/** In characters of their text; the parsed form takes tens of times that. */
const DOCUMENT_CHARACTERS_MAX = 1_000_000;

export const createParsedDocuments = (): ParsedDocuments =>
  new LRUCache({ maxSize: DOCUMENT_CHARACTERS_MAX, sizeCalculation: (_document, text) => text.length + 1 });

/** Throws GraphQLError for what is no GraphQL. */
export function parseOnce(parsed: ParsedDocuments, text: string, tokensMax: number): DocumentNode {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const document = parse(text, { maxTokens: tokensMax });
  parsed.set(text, document);
  return document;
}
