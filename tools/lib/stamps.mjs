import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './processes.mjs';

const BUILD_STAMP = '.cache/build.stamp';
const DEPENDENCY_STAMP = 'node_modules/.portico-lock.stamp';
/** What a build is made of. Tests are not, but sorting them out would cost more than a rebuild. */
const SOURCES = ['packages', 'plugins', 'package-lock.json', 'tsconfig.json', 'tools/build.mjs'];
const NOT_SOURCES = new Set(['node_modules', 'dist', 'README.md']);

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    hash.update(path.slice(root.length));
    hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}

function filesBelow(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(entry => !NOT_SOURCES.has(entry.name) && !entry.name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => (entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)]));
}

function matches(stamp, hash) {
  const path = join(root, stamp);
  return existsSync(path) && readFileSync(path, 'utf8') === hash;
}

function stampWith(stamp, hash) {
  const path = join(root, stamp);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, hash);
}

/** Whether the built files are those of the sources as they are. */
export function buildState() {
  const hash = hashOf(SOURCES.flatMap(source => filesBelow(join(root, source))));
  const built =
    existsSync(join(root, 'packages/backend/dist/main.js')) && existsSync(join(root, 'packages/app/dist/index.html'));
  return { current: built && matches(BUILD_STAMP, hash), stamp: () => stampWith(BUILD_STAMP, hash) };
}

/** Whether node_modules is what the lockfile says. npm leaves a lockfile of its own there; newer than ours, it was made from it. */
export function dependencyState() {
  const lockfile = join(root, 'package-lock.json');
  const hash = hashOf([lockfile]);
  const own = join(root, 'node_modules/.package-lock.json');
  const stamped = existsSync(join(root, DEPENDENCY_STAMP));
  const madeByHand = !stamped && existsSync(own) && statSync(own).mtimeMs >= statSync(lockfile).mtimeMs;
  return {
    current: existsSync(own) && (matches(DEPENDENCY_STAMP, hash) || madeByHand),
    stamp: () => stampWith(DEPENDENCY_STAMP, hash),
  };
}
