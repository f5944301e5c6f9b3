import { describe } from 'vitest';
import { describeWithServices } from '../support/services.ts';
import { aiSuite } from './ai.suite.ts';

describe('scores by Claude, embedded', () => {
  aiSuite('embedded');
});
describeWithServices('scores by Claude, with a scoring process of its own', ['kafka', 'redis', 'postgres', 'bridge'], () => aiSuite('scaled'));
