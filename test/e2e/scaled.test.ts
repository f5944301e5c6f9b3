import { describeWithServices } from '../support/services.ts';
import { productSuite } from './product.suite.ts';

// Started by exactly the commands that `npm run start:services` prints.
describeWithServices('the product on Kafka, Redis and PostgreSQL, a process for each part', ['kafka', 'redis', 'postgres', 'bridge'], () =>
  productSuite('scaled'),
);
