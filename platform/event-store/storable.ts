/** Text as PostgreSQL takes it: neither a zero nor half a character. Each is replaced by the sign for what cannot be shown. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');
