/** `npm run build`: gateway, workers and the page into dist/, to be started by `node dist/gateway.js` (or `node --snapshot-blob dist/gateway.blob`) and `node dist/worker.js --roles=…`. */
import { cp } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtFile, bundleProcesses, gatewaySnapshot, PROCESSES, type ProcessName } from './build/bundle.ts';
import { buildDashboard, DASHBOARD_DIST } from './start/dashboard.ts';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));

await bundleProcesses(DIST);
await buildDashboard();
await cp(DASHBOARD_DIST, join(DIST, 'dashboard', 'dist'), { recursive: true });
const built = [...(Object.keys(PROCESSES) as ProcessName[]).map((name) => builtFile(DIST, name)), gatewaySnapshot(DIST)];
console.log(`built: ${built.map((file) => relative(process.cwd(), file)).join(', ')}`);
