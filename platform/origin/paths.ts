/** Where the origin role answers. */
export const ORIGIN_VIEWS_PATH = '/origin/views';
export const ORIGIN_RECEIPT_PATH = '/origin/receipt';
export const ORIGIN_DEAD_LETTERS_PATH = '/origin/dead-letters';
export const ORIGIN_DEAD_LETTER_PATH = '/origin/dead-letter';
export const ORIGIN_INSIGHT_PATH = '/origin/insight';
/** For gateways that cannot reach the log themselves. */
export const ORIGIN_LOG_PATH = '/origin/log';
export const ORIGIN_LOG_CHECK_PATH = '/origin/log/check';
export const ORIGIN_PATHS: readonly string[] = [
  ORIGIN_VIEWS_PATH,
  ORIGIN_RECEIPT_PATH,
  ORIGIN_DEAD_LETTERS_PATH,
  ORIGIN_DEAD_LETTER_PATH,
  ORIGIN_INSIGHT_PATH,
  ORIGIN_LOG_PATH,
  ORIGIN_LOG_CHECK_PATH,
];
/** Views in one request at the most. */
export const ORIGIN_VIEWS_MAX = 500;
/** Records in one request at the most. */
export const ORIGIN_RECORDS_MAX = 2_000;
