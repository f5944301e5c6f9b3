/** Rows glide from where they were to where they are (first, last, invert, play). */
import { useLayoutEffect, useRef, type RefObject } from 'react';
import { wantsMotion } from '../ui/motion.ts';

const MOVE: KeyframeAnimationOptions = { duration: 520, easing: 'cubic-bezier(0.22, 0.8, 0.24, 1)' };
const ARRIVE: KeyframeAnimationOptions = { duration: 380, easing: 'ease-out' };
/** More than this and it is another list, not a move. */
const MOVES_MAX = 120;

/** `order` changes when the children of `parent` may have moved; each has a `data-flip` of its own. */
export function useFlip(parent: RefObject<HTMLElement | null>, order: unknown): void {
  const places = useRef<ReadonlyMap<string, number>>(new Map());
  useLayoutEffect(() => {
    const children = [...(parent.current?.children ?? [])].filter((child): child is HTMLElement => child instanceof HTMLElement);
    const before = places.current;
    // offsetTop is where a row belongs, whatever movement it is in.
    const now = new Map(children.map((child) => [child.dataset['flip'] ?? '', child.offsetTop]));
    places.current = now;
    if (before.size === 0 || !wantsMotion()) return;
    let moves = 0;
    for (const child of children) {
      const key = child.dataset['flip'] ?? '';
      const [from, to] = [before.get(key), now.get(key)];
      if (to === undefined || from === to || ++moves > MOVES_MAX) continue;
      if (from === undefined)
        child.animate(
          [
            { opacity: 0, transform: 'translateY(-6px)' },
            { opacity: 1, transform: 'none' },
          ],
          ARRIVE,
        );
      else child.animate([{ transform: `translateY(${from - to}px)` }, { transform: 'none' }], MOVE);
    }
  }, [parent, order]);
}
