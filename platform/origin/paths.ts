/** Where the origin role answers. */
export const ORIGIN_VIEWS_PATH = '/origin/views';
export const ORIGIN_RECEIPT_PATH = '/origin/receipt';
/** Views in one request at the most. */
export const ORIGIN_VIEWS_MAX = 500;
