/** The documents of the tools for people: those of schema/operations, which a gateway answers that answers no others. */
import { PERSISTED_DOCUMENTS } from '../../schema/persisted-documents.ts';

/** The text of the operation of that name. Throws where there is none: a mistake in a tool. */
export function documentOf(name: string): string {
  const text = [...PERSISTED_DOCUMENTS.values()].find((one) => new RegExp(`^\\w+ ${name}\\b`).test(one));
  if (text === undefined) throw new Error(`there is no operation ${name} in schema/operations`);
  return text;
}
