import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { leanContract } from './lean-contract.mjs';

const backend = process.env.PORTICO_DEV_BACKEND ?? 'http://127.0.0.1:7007';

export default defineConfig({
  plugins: [react(), leanContract()],
  resolve: {
    alias: { 'lodash/mapValues': fileURLToPath(new URL('./map-values.mts', import.meta.url)) },
  },
  build: {
    target: 'es2023',
    // The server sends it under the content security policy, which allows no inline preload helper of other origins.
    modulePreload: { polyfill: false },
    sourcemap: false,
    manifest: true,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: backend }, '/ws': { target: backend, ws: true } },
  },
});
