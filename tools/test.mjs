/** `npm test`: set-up, the build, `check`, and every test. Nothing stops it half-way; the last line says how it went. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, onPath } from './lib/packages.mjs';
import { ensureBuilt, ensureDependencies } from './lib/prepare.mjs';
import { requireToolsNode, root, runScript } from './lib/processes.mjs';
import { ensureBaseImage, missingRealNodePackages, whyNoRealNodes } from './lib/real-nodes.mjs';

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
let noRealNodes = whyNoRealNodes();
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
  const programs = PROGRAMS.filter(([program]) => !onPath(program)).map(([, name]) => name);
  const forNodes = noRealNodes === null ? missingRealNodePackages() : [];
  await installPackages([...new Set([...programs, ...forNodes])]);
  if (noRealNodes === null && !(await ensureBaseImage()))
    noRealNodes = 'their base image could not be built, for the reason printed by the set-up';
  if (noRealNodes !== null) process.stdout.write(`Tests against real nodes are left out: ${noRealNodes}.\n`);
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
  const leftOut = noRealNodes === null ? '' : `Tests against real nodes were left out: ${noRealNodes}.\n`;
  process.stdout.write(`\n${leftOut}${checked}\n${result.numPassedTests} passed, ${failed} failed\n`);
}
