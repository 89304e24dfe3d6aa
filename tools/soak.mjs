/** `npm run soak`: the long runs, `*.soak.ts`, that `npm test` leaves out. */
import { ensureBuilt, ensureDependencies } from './lib/prepare.mjs';
import { requireToolsNode, runScript } from './lib/processes.mjs';

/** Milliseconds one soak may take. */
const SOAK_MILLISECONDS_MAX = 60 * 60 * 1000;

requireToolsNode();
await ensureDependencies();
await ensureBuilt();
process.exit(
  await runScript('node_modules/jest/bin/jest.js', [
    '--runInBand',
    `--testTimeout=${SOAK_MILLISECONDS_MAX}`,
    '--testMatch',
    '**/*.soak.ts',
    '--',
    ...process.argv.slice(2),
  ]),
);
