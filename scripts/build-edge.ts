/** `npm run build:edge`: writes the gateway for the edge to dist/edge/, ready to be uploaded as modules. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { bundleEdge } from './edge/bundle.ts';

const folder = new URL('../dist/edge/', import.meta.url);
const { files } = await bundleEdge();
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
for (const { name, contents, gzipBytes, isStart } of files) {
  await writeFile(new URL(name, folder), contents);
  console.log(`${String(gzipBytes).padStart(8)} bytes gzip  ${name}${isStart ? '' : '  (when it is first needed)'}`);
}
