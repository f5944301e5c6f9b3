import { defineConfig } from 'vitest/config';

const level = (name: string, options: { services?: boolean; timeoutMs?: number; serial?: boolean } = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: options.timeoutMs ?? 10_000,
    hookTimeout: options.timeoutMs ?? 30_000,
    ...(options.services ? { globalSetup: ['test/support/services.setup.ts'] } : {}),
    ...(options.serial ? { fileParallelism: false } : {}),
  },
});

export default defineConfig({
  test: {
    projects: [
      level('unit'),
      level('property', { timeoutMs: 60_000 }),
      level('contract', { services: true, timeoutMs: 60_000 }),
      level('integration', { services: true, timeoutMs: 60_000 }),
      level('edge', { timeoutMs: 60_000 }),
      level('fuzz', { services: true, timeoutMs: 300_000 }),
      level('e2e', { services: true, timeoutMs: 180_000, serial: true }),
      level('chaos', { services: true, timeoutMs: 420_000, serial: true }),
    ],
  },
});
