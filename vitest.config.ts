import { defineConfig } from 'vitest/config';

/** `after`: levels of a later number run when all of the earlier ones are through; a serial one has the machine to itself, a file at a time. */
const level = (name: string, options: { services?: boolean; timeoutMs?: number; serial?: boolean; after?: number } = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: options.timeoutMs ?? 10_000,
    hookTimeout: options.timeoutMs ?? 30_000,
    ...(options.services ? { globalSetup: ['test/support/services.setup.ts'] } : {}),
    ...(options.serial ? { fileParallelism: false } : {}),
    sequence: { groupOrder: options.after ?? 0 },
  },
});

export default defineConfig({
  // Without it our sources get graphql's other build than its packages do, and its classes know nothing of one another.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    // Files wait for servers more than they compute.
    maxWorkers: 3,
    projects: [
      level('unit'),
      level('property', { timeoutMs: 60_000 }),
      level('contract', { services: true, timeoutMs: 60_000 }),
      level('integration', { services: true, timeoutMs: 60_000 }),
      level('edge', { services: true, timeoutMs: 60_000 }),
      level('fuzz', { services: true, timeoutMs: 300_000 }),
      level('e2e', { services: true, timeoutMs: 180_000, serial: true, after: 1 }),
      level('chaos', { services: true, timeoutMs: 420_000, serial: true, after: 2 }),
    ],
  },
});
