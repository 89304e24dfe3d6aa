/** Writes openapi.yaml from the contracts; with `--check` says whether the one in the repository is it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runScript, root } from './lib/processes.mjs';

const file = join(root, 'openapi.yaml');
let text = '';
const code = await runScript('node_modules/tsx/dist/cli.mjs', [join(root, 'tools/print-openapi.ts')], {
  onOutput: chunk => (text += chunk),
});
if (code !== 0) {
  process.stderr.write(text);
  process.exit(code);
}
if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
  process.stderr.write(
    'openapi.yaml is not what the contracts say: run `node tools/openapi.mjs` and commit it with the change.\n',
  );
  process.exit(1);
}
