/** Cursors of the live bus: Redis stream ids (`milliseconds-sequence`), padded so that later ones sort later as text. '' is before all others. */
const CURSOR = /^(\d{15})-(\d{10})$/;

const trimZeros = (digits: string): string => digits.replace(/^0+(?=\d)/, '');

/** From a stream id such as `1700000000000-3`. */
export function cursorOf(streamId: string): string {
  const [milliseconds = '', sequence = ''] = streamId.split('-');
  return `${milliseconds.padStart(15, '0')}-${sequence.padStart(10, '0')}`;
}

/** Back to the stream id; undefined where the text is no cursor of ours (cursors come back from clients). */
export function streamIdOf(cursor: string): string | undefined {
  const [, milliseconds, sequence] = CURSOR.exec(cursor) ?? [];
  return milliseconds === undefined || sequence === undefined ? undefined : `${trimZeros(milliseconds)}-${trimZeros(sequence)}`;
}

/** Negative, 0 or positive, as for sort; of one tenant's cursors only. */
export const compareCursors = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
