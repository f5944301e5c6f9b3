/** Where the origin role answers. */
export const ORIGIN_VIEWS_PATH = '/origin/views';
export const ORIGIN_RECEIPT_PATH = '/origin/receipt';
export const ORIGIN_DEAD_LETTERS_PATH = '/origin/dead-letters';
export const ORIGIN_DEAD_LETTER_PATH = '/origin/dead-letter';
export const ORIGIN_PATHS: readonly string[] = [ORIGIN_VIEWS_PATH, ORIGIN_RECEIPT_PATH, ORIGIN_DEAD_LETTERS_PATH, ORIGIN_DEAD_LETTER_PATH];
/** Views in one request at the most. */
export const ORIGIN_VIEWS_MAX = 500;
