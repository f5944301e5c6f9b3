/** What every read model promises, whatever keeps it. */
import { afterAll, beforeAll, describe } from 'vitest';
import type { ReadModels } from '../../platform/read-models/read-models.ts';
import { boundariesSuite } from './read-models-boundaries.suite.ts';
import { listsSuite } from './read-models-lists.suite.ts';
import { movesSuite } from './read-models-moves.suite.ts';
import { totalsSuite } from './read-models-totals.suite.ts';
import { viewsSuite } from './read-models-views.suite.ts';

export function readModelsSuite(name: string, open: () => ReadModels): void {
  describe(`read models: ${name}`, () => {
    let opened: ReadModels | undefined;
    const models = (): ReadModels => {
      opened ??= open();
      return opened;
    };
    beforeAll(() => models().check());
    afterAll(() => models().close());

    viewsSuite(models);
    listsSuite(models);
    movesSuite(models);
    boundariesSuite(models);
    totalsSuite(models);
  });
}
