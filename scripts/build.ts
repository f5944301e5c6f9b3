/** `npm run build`: gateway, workers and the page into dist/, to be started by `node dist/gateway.js` and `node dist/worker.js --roles=…`. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProcesses, PROCESSES } from './build/bundle.ts';
import { buildDashboard, DASHBOARD_DIST } from './start/dashboard.ts';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));

await bundleProcesses(DIST);
await buildDashboard();
await cp(DASHBOARD_DIST, join(DIST, 'dashboard', 'dist'), { recursive: true });
console.log(
  `built: ${Object.keys(PROCESSES)
    .map((name) => `dist/${name}.js`)
    .join(', ')}`,
);
