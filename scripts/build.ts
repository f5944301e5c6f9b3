/** `npm run build`: gateway and workers into dist/, to be started by `node dist/gateway.js` and `node dist/worker.js --roles=…`. */
import { fileURLToPath } from 'node:url';
import { bundleProcesses, PROCESSES } from './build/bundle.ts';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));

await bundleProcesses(DIST);
console.log(`built: ${Object.keys(PROCESSES)
  .map((name) => `dist/${name}.js`)
  .join(', ')}`);
