import { describe } from 'vitest';
import { productSuite } from './product.suite.ts';

describe('the product, embedded', () => {
  productSuite('embedded');
});
