import { defineConfig } from 'vite';

/** `npx vite packages/ui/gallery` shows every component; the browser test builds the same pages. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0 },
});
