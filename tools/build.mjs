/** `npm run build`: the app by Vite, the backend and the runtime's programs by esbuild, and compressed copies of what browsers load. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { root, runScript } from './lib/processes.mjs';
import { buildState } from './lib/stamps.mjs';

/** Below this many bytes a compressed copy saves nothing worth a file. */
const COMPRESSED_BYTES_MIN = 1024;
const COMPRESSIBLE = /\.(js|css|svg|json|txt)$/;

const state = buildState();
const codes = await Promise.all([
  runScript('node_modules/vite/bin/vite.js', ['build', 'packages/app', '--logLevel', 'warn']),
  runScript('packages/backend/build.mjs', []),
]);
if (codes.some(code => code !== 0)) process.exit(1);
compressBelow(join(root, 'packages/app/dist'));
state.stamp();

function compressBelow(directory) {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !COMPRESSIBLE.test(entry.name)) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const content = readFileSync(file);
    if (content.length < COMPRESSED_BYTES_MIN) continue;
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    writeFileSync(
      `${file}.br`,
      brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
    );
  }
}
