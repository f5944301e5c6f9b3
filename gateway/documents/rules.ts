/** Which documents a gateway answers. */
export const DOCUMENT_CHOICES = ['any', 'persisted'] as const;
export type DocumentChoice = (typeof DOCUMENT_CHOICES)[number];

export interface DocumentRules {
  /** Documents that need not be sent: their texts by SHA-256 in small hex. */
  readonly known: ReadonlyMap<string, string>;
  /** More of them, loaded when one is named that is not among those. */
  readonly lateKnown?: (() => Promise<ReadonlyMap<string, string>>) | undefined;
  /** persisted: no others are answered. */
  readonly answered: DocumentChoice;
}

export const ANY_DOCUMENT: DocumentRules = { known: new Map(), answered: 'any' };

/** Whether a document may be asked, by its text. */
export function answeredBy({ known, answered }: DocumentRules): (text: string) => boolean {
  const texts = new Set(known.values());
  return (text) => answered === 'any' || texts.has(text);
}
