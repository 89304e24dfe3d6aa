/** `npm test`: set-up, the build, `check`, and every test. Nothing stops it half-way; the last line says how it went. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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
const RESULTS = join(root, '.cache/jest-results');
/** Two at a time: tests start servers, browsers and databases, and time is what they test. */
const WORKERS = 2;
/**
 * Tests on real nodes make and remove network interfaces, and Chromium breaks off what it is loading whenever an address of the machine changes, on loopback too: so
 * they run after the browsers. Named files are run as they are named.
 */
const ON_NODES = '\\.on-nodes\\.test\\.ts$';
const PARTS = [
  [
    `--testPathIgnorePatterns=/node_modules/`,
    `--testPathIgnorePatterns=/dist/`,
    `--testPathIgnorePatterns=${ON_NODES}`,
  ],
  [`--testPathPatterns=${ON_NODES}`],
];

requireToolsNode();
let noRealNodes = whyNoRealNodes();
await ensureDependencies();
await ensurePrograms();
await ensureBuilt();
const checkCode = await runScript('tools/check.mjs', []);
rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });
const named = process.argv.slice(2);
const jestCodes = [];
for (const [place, part] of (named.length > 0 ? [named] : PARTS).entries())
  jestCodes.push(
    await runScript('node_modules/jest/bin/jest.js', [
      `--maxWorkers=${WORKERS}`,
      '--json',
      `--outputFile=${join(RESULTS, `${place}.json`)}`,
      ...part,
    ]),
  );
closingLine();
process.exit([checkCode, ...jestCodes].every(code => code === 0) ? 0 : 1);

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
  const written = readdirSync(RESULTS);
  if (written.length < jestCodes.length) {
    process.stdout.write(`\n${checked}; Jest ended without a result\n`);
    return;
  }
  const results = written.map(name => JSON.parse(readFileSync(join(RESULTS, name), 'utf8')));
  const sum = count => results.reduce((total, result) => total + count(result), 0);
  // A file that did not even load has no failed test of its own, and must not look like none.
  const failed = sum(result => result.numFailedTests + result.numRuntimeErrorTestSuites);
  const leftOut = noRealNodes === null ? '' : `Tests against real nodes were left out: ${noRealNodes}.\n`;
  process.stdout.write(`\n${leftOut}${checked}\n${sum(result => result.numPassedTests)} passed, ${failed} failed\n`);
}
