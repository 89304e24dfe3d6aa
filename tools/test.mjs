/** `npm test`: set-up, the build, `check`, and every test. Nothing stops it half-way; the last line says how it went. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ensureBuilt, ensureDependencies } from './lib/prepare.mjs';
import { requireToolsNode, root, run, runScript, stop } from './lib/processes.mjs';

/** Programs that tests drive, and the Debian package each is in. */
const PROGRAMS = [
  ['chromium', 'chromium'],
  ['bwrap', 'bubblewrap'],
  ['ssh', 'openssh-client'],
  ['sftp', 'openssh-client'],
  ['ssh-keygen', 'openssh-client'],
];
const RESULT = join(root, '.cache/jest-result.json');
/** Two at a time: tests start servers, browsers and databases, and time is what they test. */
const WORKERS = 2;

requireToolsNode();
await ensureDependencies();
await ensurePrograms();
await ensureBuilt();
const checkCode = await runScript('tools/check.mjs', []);
mkdirSync(join(root, '.cache'), { recursive: true });
rmSync(RESULT, { force: true });
const jestCode = await runScript('node_modules/jest/bin/jest.js', [
  `--maxWorkers=${WORKERS}`,
  '--json',
  `--outputFile=${RESULT}`,
  ...process.argv.slice(2),
]);
closingLine();
process.exit(checkCode === 0 && jestCode === 0 ? 0 : 1);

async function ensurePrograms() {
  const packages = [...new Set(PROGRAMS.filter(([program]) => !onPath(program)).map(([, name]) => name))];
  if (packages.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const asRoot =
    process.getuid?.() === 0 ? [] : spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined;
  if (!onPath('apt-get') || !asRoot)
    stop(`The tests need ${packages.join(', ')}. Install them and run again:\n\n  sudo ${command}`);
  process.stdout.write(`Installing what the tests drive: ${packages.join(', ')}…\n`);
  const [first, ...rest] = [...asRoot, 'apt-get'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run(first, [...rest, 'update', '-qq'], { env });
  if ((await run(first, [...rest, ...command.split(' ').slice(1)], { env })) !== 0)
    stop(`Installing ${packages.join(', ')} failed. By hand:\n\n  sudo ${command}`);
}

function onPath(program) {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some(
    folder => folder !== '' && existsSync(join(folder, program)),
  );
}

function closingLine() {
  const checked = checkCode === 0 ? 'check passed' : 'CHECK FAILED';
  if (!existsSync(RESULT)) {
    process.stdout.write(`\n${checked}; Jest ended without a result\n`);
    return;
  }
  const result = JSON.parse(readFileSync(RESULT, 'utf8'));
  // A file that did not even load has no failed test of its own, and must not look like none.
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  process.stdout.write(`\n${checked}\n${result.numPassedTests} passed, ${failed} failed\n`);
}
