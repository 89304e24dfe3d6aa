/** `npm run check`: all that can be said about the tree without running it. Everything is looked at, however much is wrong. */
import { cpus } from 'node:os';
import { ensureDependencies } from './lib/prepare.mjs';
import { requireToolsNode, runScript } from './lib/processes.mjs';

requireToolsNode();
await ensureDependencies();

const checks = [
  ['types', 'node_modules/typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json']],
  ['lint', 'node_modules/eslint/bin/eslint.js', ['--max-warnings', '0', '.']],
  ['format', 'node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']],
  [
    'dependency rules',
    'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', 'packages', 'plugins', 'tools', 'bench'],
  ],
  ['unused code', 'node_modules/knip/bin/knip.js', ['--no-progress']],
  ['OpenAPI document', 'tools/openapi.mjs', ['--check']],
  ['house style', 'node_modules/jest/bin/jest.js', ['--silent', 'tools/tidy.test.ts']],
];

const failed = [];
const waiting = [...checks];
await Promise.all(Array.from({ length: Math.min(2, cpus().length) }, work));
process.stdout.write(
  failed.length === 0
    ? `\ncheck: all ${checks.length} hold\n`
    : `\ncheck: ${failed.length} of ${checks.length} failed: ${failed.join(', ')}\n`,
);
process.exit(failed.length === 0 ? 0 : 1);

async function work() {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const [name, script, args] = next;
    const startedAt = Date.now();
    let output = '';
    const code = await runScript(script, args, { onOutput: text => (output += text) });
    process.stdout.write(
      `${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)\n${code === 0 ? '' : output}`,
    );
    if (code !== 0) failed.push(name);
  }
}
