import { describe, expect, it } from 'vitest';
import { createVersionBook } from '../../bench/load/version-book.ts';

const TRUST_MS = 1_000;
const [HERE, THERE] = [0, 1];

describe('what a gateway may answer', () => {
  it('is no version below one that it had shown before it was asked, however that was', () => {
    const book = createVersionBook(2, TRUST_MS);
    book.shown(HERE, 'lead', 3, 100);
    expect(book.leastAt(HERE, 'lead', 101)).toBe(3);
    expect(book.leastAt(HERE, 'lead', 100)).toBe(0);
    expect(book.leastAt(THERE, 'lead', 101)).toBe(0);
  });

  it('is no version below one that was VISIBLE longer ago than the bound of trust', () => {
    const book = createVersionBook(2, TRUST_MS);
    book.becameVisible('lead', 2, 100);
    book.becameVisible('lead', 5, 500);
    expect(book.leastAt(THERE, 'lead', 1_101)).toBe(2);
    expect(book.leastAt(THERE, 'lead', 1_501)).toBe(5);
  });

  it('may be behind within that bound, which can be told', () => {
    const book = createVersionBook(1, TRUST_MS);
    book.becameVisible('lead', 5, 500);
    expect(book.leastAt(HERE, 'lead', 600)).toBe(0);
    expect(book.visibleAt('lead', 600)).toBe(5);
  });

  it('does not fall where an older answer or receipt comes late', () => {
    const book = createVersionBook(1, TRUST_MS);
    book.shown(HERE, 'lead', 5, 100);
    book.shown(HERE, 'lead', 4, 200);
    expect(book.leastAt(HERE, 'lead', 300)).toBe(5);
  });
});
