import type { Pulse } from './board.ts';

const COLOURS: Readonly<Record<Pulse['direction'], string>> = { FIRST: '--flash-new', UP: '--flash-up', DOWN: '--flash-down', SAME: '--flash-same' };
const FLASH_MS = 1_800;

/** Lights a row up for a moment. A change of colour alone, which is fine for people who want less motion. */
export function flash(row: HTMLElement, direction: Pulse['direction']): void {
  const colour = getComputedStyle(row).getPropertyValue(COLOURS[direction]);
  row.animate([{ backgroundColor: colour }, { backgroundColor: 'transparent' }], { duration: FLASH_MS, easing: 'ease-out' });
}
