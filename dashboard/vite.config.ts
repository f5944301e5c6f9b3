/** The page at `/`: built into dashboard/dist, which the gateway serves as it is. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm start` answers, for `vite dev`. */
const GATEWAY = 'http://127.0.0.1:4000';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [react()],
  build: { outDir: 'dist', assetsDir: 'assets', emptyOutDir: true, target: 'es2023' },
  server: {
    // The operations lie beside the schema, out of this folder.
    fs: { allow: ['..'] },
    proxy: { '/graphql': { target: GATEWAY, ws: true }, '/dev': { target: GATEWAY } },
  },
});
