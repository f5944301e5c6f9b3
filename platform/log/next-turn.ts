/**
 * Resolves when everything that the process has heard by now was looked at: what many requests append in one turn of the event loop goes out
 * together, instead of the first alone and the others behind it.
 */
export const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
