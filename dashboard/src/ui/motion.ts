/** For people who asked their system for less of it, nothing moves. */
export const wantsMotion = (): boolean => !matchMedia('(prefers-reduced-motion: reduce)').matches;
