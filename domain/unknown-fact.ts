/** For the end of an exhaustive switch: what only a newer program, or a mix-up of streams, can have written. Skipping it would fold a wrong state. */
export const unknownFact = (id: string, fact: unknown): TypeError => new TypeError(`${id} holds ${JSON.stringify(fact)}, which is not known here`);
