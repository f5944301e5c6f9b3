/** Rounds half up to two decimals. The nudge keeps 56.375 from falling to 56.37 because of how doubles hold it; adding 0 turns -0 into 0, which JSON cannot carry. */
export const round2 = (value: number): number => Math.round((value + 1e-9) * 100) / 100 + 0;

export const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));
