import { expect, it } from 'vitest';
import { createNotes } from '../../../platform/cache/notes.ts';

it('a note is found by its object, in the place of the one before, and by those who keep these notes alone', () => {
  const [ours, theirs] = [createNotes<object, string>(), createNotes<object, string>()];
  const [one, other] = [{ id: 1 }, { id: 1 }];
  ours.put(one, 'first');
  ours.put(one, 'second');
  theirs.put(one, 'theirs');
  expect([ours.of(one), theirs.of(one), ours.of(other)]).toEqual(['second', 'theirs', undefined]);
});

it('nobody sees it: the object has the same keys, the same text, and is what it was', () => {
  const notes = createNotes<object, object>();
  const view = { id: 1 };
  notes.put(view, { kept: ['text'] });
  expect(Reflect.ownKeys(view)).toEqual(['id']);
  expect(JSON.stringify(view)).toBe('{"id":1}');
  expect({ ...view }).toStrictEqual({ id: 1 });
  expect(Object.getPrototypeOf(view)).toBe(Object.prototype);
  expect(notes.of({ ...view })).toBeUndefined();
});
