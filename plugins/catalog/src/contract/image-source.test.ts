import Ajv2020 from 'ajv/dist/2020';
import fc from 'fast-check';
import { defaultUserSchema, imageDigestSchema, imageSourceSchema, isPreloaded } from './image-source';

const ajv = new Ajv2020({ formats: {} });
const isSource = ajv.compile(imageSourceSchema);
const isDigest = ajv.compile(imageDigestSchema);
const isUser = ajv.compile(defaultUserSchema);

test.each([
  'registry.example/cuda-shell',
  'registry.example:5000/team/cuda_shell.v2/base--x',
  'localhost:5000/base',
  '10.0.0.7/base',
  'localhost/portico-base',
  'localhost/portico-base:1',
  'localhost/team/base:2026.11-rc_1',
])('%s is a source', source => expect(isSource(source)).toBe(true));

test.each([
  ['an option of the engine', '--privileged'],
  ['an option behind a host', 'registry.example/--privileged'],
  ['a short name, which any registry may answer', 'cuda-shell'],
  ['a name of the default registry', 'library/cuda-shell'],
  ['a tag of a registry', 'registry.example/cuda-shell:latest'],
  ['a digest in the name', `registry.example/cuda@sha256:${'0'.repeat(64)}`],
  ['a transport', 'docker://registry.example/cuda'],
  ['a file', 'oci-archive:/etc/shadow'],
  ['a path upwards', 'registry.example/../etc'],
  ['a command', 'registry.example/a;reboot'],
  ['a substitution', 'registry.example/$(reboot)'],
  ['a space', 'registry.example/a b'],
  ['a line break', 'registry.example/a\n--privileged'],
  ['a line break at its end', 'registry.example/a\n'],
  ['capital letters', 'Registry.example/a'],
  ['a port no machine has', 'registry.example:123456/a'],
  ['nothing behind the host', 'registry.example/'],
  ['an empty part', 'registry.example//a'],
  ['no text', ''],
  ['a text without end', `registry.example/${'a'.repeat(300)}`],
])('a source is not %s', (_what, source) => expect(isSource(source)).toBe(false));

test('whatever passes is one argument of a command, and never an option', () => {
  const valid = fc.constantFrom('registry.example/cuda', 'localhost/base:1', 'localhost:5000/a/b');
  const spoiled = fc.record({ source: valid, place: fc.nat(20), text: fc.string({ unit: 'grapheme', maxLength: 3 }) });
  fc.assert(
    fc.property(spoiled, ({ source, place, text }) => {
      const tried = source.slice(0, place) + text + source.slice(place);
      expect(!isSource(tried) || /^[a-z0-9][A-Za-z0-9._:/-]*$/.test(tried)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('a hostile text is refused in no time', () => {
  const started = performance.now();
  for (const text of ['a-'.repeat(127), `${'a.'.repeat(120)}/`, `localhost/${'a_'.repeat(120)}!`]) isSource(text);
  expect(performance.now() - started).toBeLessThan(100);
});

test('only what stands on the node already goes without a digest', () => {
  expect([
    isPreloaded('localhost/base'),
    isPreloaded('localhost:5000/base'),
    isPreloaded('registry.example/localhost/a'),
  ]).toEqual([true, false, false]);
});

test.each([`sha256:${'a'.repeat(64)}`])('%s is a digest', digest => expect(isDigest(digest)).toBe(true));
test.each([
  `sha256:${'A'.repeat(64)}`,
  `sha256:${'a'.repeat(63)}`,
  `md5:${'a'.repeat(64)}`,
  `sha256:${'a'.repeat(64)}\n`,
])('%j is no digest', digest => expect(isDigest(digest)).toBe(false));
test.each(['user', '_apt', 'a-b_1'])('%s is a user', user => expect(isUser(user)).toBe(true));
test.each(['-u', 'Root', '0', 'a b', 'a:b', '', 'a\n'])('%j is no user', user => expect(isUser(user)).toBe(false));
