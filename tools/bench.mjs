/** `npm run bench -- NAME`: runs bench/NAME.bench.ts, which prints a table. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, ensureDependencies } from './lib/prepare.mjs';
import { requireToolsNode, root, runScript, stop } from './lib/processes.mjs';

requireToolsNode();
const [name = '', ...rest] = process.argv.slice(2);
const file = `bench/${name}.bench.ts`;
if (!existsSync(join(root, file))) {
  const known = readdirSync(join(root, 'bench'))
    .filter(entry => entry.endsWith('.bench.ts'))
    .map(entry => entry.replace('.bench.ts', ''));
  stop(`There is no benchmark "${name}". There are: ${known.join(', ')}.`);
}
await ensureDependencies();
await ensureBuilt();
process.exit(await runScript('node_modules/tsx/dist/cli.mjs', [join(root, file), ...rest]));
