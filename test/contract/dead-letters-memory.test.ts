import { createMemoryDeadLetters } from '../support/memory-dead-letters.ts';
import { deadLettersContract } from './dead-letters.suite.ts';

/** Other tests stand on it. */
deadLettersContract('dead letters in memory', async () => {
  const letters = createMemoryDeadLetters();
  return { letters, another: () => letters, dispose: async () => undefined };
});
