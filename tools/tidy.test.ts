import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The house style as far as it can be told from the text of the files, each rule with its reason. What a linter or the compiler holds is not repeated. */

const root = path.resolve(__dirname, '..');
const LINES_MAX = 450;
const COMPOSITION_LINES_MAX = 80;

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
})
  .split('\n')
  .filter(file => file !== '' && existsSync(path.join(root, file)));
const code = files.filter(file => /\.(ts|tsx|mts|mjs|cjs|css)$/.test(file));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const lines = (file: string) => read(file).trimEnd().split('\n').length;

/** Files that break a rule, named with the reason; none is what every test expects. */
function breaking(among: readonly string[], breaks: (file: string) => boolean, reason: string): string[] {
  return among.filter(breaks).map(file => `${file}: ${reason}`);
}

test('file names are kebab-case', () => {
  const named = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
  // Migrations begin with their number, joined by an underscore because it is their identity in the database.
  const migration = /^\d{4}_[a-z0-9_]+\.ts$/;
  expect(
    breaking(
      code,
      file => !named.test(path.basename(file)) && !migration.test(path.basename(file)),
      'one spelling, so that nobody has to guess',
    ),
  ).toEqual([]);
});

test('nothing is called utils, helpers, common or manager', () => {
  const vague = /(^|[-/])(utils?|helpers?|common|misc|managers?|impl)([/.]|$)/;
  expect(
    breaking(code, file => vague.test(file), 'a name that says nothing attracts everything; name the one concept'),
  ).toEqual([]);
});

test('types and classes are named by what they are', () => {
  const vague = /\b(?:class|interface|type)\s+(?:I[A-Z]\w*|\w+(?:Impl|Manager|Helper|Utils?))\b/;
  expect(
    breaking(
      code,
      file => vague.test(read(file)),
      'no I-prefix, no Impl, no Manager: name an implementation by its substance',
    ),
  ).toEqual([]);
});

test(`files have at most ${LINES_MAX} lines`, () => {
  expect(
    breaking(
      code,
      file => lines(file) > LINES_MAX,
      `a file fits a mind; split it by concept (${LINES_MAX} lines at most)`,
    ),
  ).toEqual([]);
});

test(`a plugin’s composition root has at most ${COMPOSITION_LINES_MAX} lines`, () => {
  const roots = files.filter(file => /^plugins\/[^/]+-backend\/src\/plugin\.ts$/.test(file));
  expect(roots.length).toBeGreaterThan(0);
  expect(
    breaking(
      roots,
      file => lines(file) > COMPOSITION_LINES_MAX,
      'it declares dependencies and wires; whatever decides belongs elsewhere',
    ),
  ).toEqual([]);
});

test('every file of code has a place in the architecture', () => {
  const places = [
    /^packages\/ui\/gallery\//,
    /^packages\/(app|backend|plugin-kit|ui)\/(src\/|public\/|build\.mjs$|(vite\.config|lean-contract|map-values)\.mts$)/,
    /^plugins\/[a-z-]+\/src\/(contract|ui)\//,
    /^plugins\/[a-z-]+-backend\/(src\/|migrations\/|build-runtime\.mjs$)/,
    /^(tools|bench)\//,
    /^[^/]+\.(js|cjs)$/,
  ];
  expect(
    breaking(
      code,
      file => !places.some(place => place.test(file)),
      'a new place is a decision: docs/adr, .dependency-cruiser.cjs and this list',
    ),
  ).toEqual([]);
});

test('the list of plugins is a list', () => {
  const rest = read('packages/backend/src/main.ts')
    .replaceAll(/^import .*$/gm, '')
    .replaceAll(/^backend\.add\(import\('[^']+'\)\);$/gm, '');
  expect(rest).not.toMatch(/\b(if|for|while|function|process)\b/);
});

test('no file begins with a licence header', () => {
  expect(
    breaking(
      code,
      file => /copyright|licensed under|SPDX-/i.test(read(file).slice(0, 600)),
      'the licence stands once, in the root',
    ),
  ).toEqual([]);
});

test('no `export *`, no enum, in whatever language a linter does not read', () => {
  const own = 'tools/tidy.test.ts';
  expect(
    breaking(code, file => file !== own && /^\s*export \* (from|as)/m.test(read(file)), 'say what a module offers'),
  ).toEqual([]);
  expect(
    breaking(
      code,
      file => /^\s*(export )?(const )?enum \w/m.test(read(file)),
      'a constant object and the union of its values',
    ),
  ).toEqual([]);
});

test('nothing names a machine', () => {
  const text = files.filter(
    file =>
      /\.(ts|tsx|mts|mjs|cjs|js|json|ya?ml|md|css|html|sh)$/.test(file) &&
      file !== 'package-lock.json' &&
      file !== 'tools/tidy.test.ts',
  );
  // /home/… is where people live inside a sandbox, and so no place of ours.
  const machine = /(^|[\s"'`(=])\/(Users|root|work)\/\w/m;
  expect(breaking(text, file => machine.test(read(file)), 'a path of one machine is wrong on every other')).toEqual([]);
});

test('the lockfile fetches from the public registry or says no place at all', () => {
  const places = [...read('package-lock.json').matchAll(/"resolved": "([^"]+)"/g)].map(match => match[1] as string);
  const links = /^(packages|plugins|app-sdk|examples)\//;
  expect(places.filter(place => !place.startsWith('https://registry.npmjs.org/') && !links.test(place))).toEqual([]);
});

test('every plugin explains itself on one screen', () => {
  const plugins = readdirSync(path.join(root, 'plugins')).filter(name => !name.endsWith('-backend'));
  expect(
    plugins
      .filter(name => !existsSync(path.join(root, 'plugins', name, 'README.md')))
      .map(name => `plugins/${name} has no README.md`),
  ).toEqual([]);
});

test('migrations are forward only and have no triggers', () => {
  const migrations = files.filter(file => /\/migrations\/\d{4}_/.test(file));
  expect(
    breaking(migrations, file => /CREATE (OR REPLACE )?TRIGGER/i.test(read(file)), 'a trigger is a rule nobody finds'),
  ).toEqual([]);
  expect(
    breaking(migrations, file => /\bdown\s*[(:]/.test(read(file)), 'a way back that nobody tested is no way back'),
  ).toEqual([]);
});

test('tests wait for conditions, and none is left out or alone', () => {
  const tests = files.filter(file => /\.(test|soak)\.tsx?$/.test(file) && file !== 'tools/tidy.test.ts');
  expect(breaking(tests, file => /\b(test|it|describe)\.only\b/.test(read(file)), 'the others would not run')).toEqual(
    [],
  );
  expect(
    breaking(
      tests,
      file => /\b(test|it|describe)\.skip\(|\b(xit|xtest|xdescribe)\(/.test(read(file)),
      'a test that does not run says nothing',
    ),
  ).toEqual([]);
});
