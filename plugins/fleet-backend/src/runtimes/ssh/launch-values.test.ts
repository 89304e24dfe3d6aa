import fc from 'fast-check';
import { authorizedKeysFile, checked, environmentFile, gpuArguments, imageArguments } from './launch-values';
import { RuntimeError } from './port';

const image = {
  imageId: 'img_1',
  name: 'Debian',
  version: '12',
  source: 'registry.example:5000/team/cuda',
  digest: null,
  defaultUser: 'user',
};
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFWFbgtI4qZBmOqCXwNr68iVKIPPvA6DE+uI4ya8EcpY';

/** What text is made of that somebody means harm with. */
const hostile = fc.string({
  unit: fc.constantFrom(
    'a',
    '-',
    ' ',
    '\n',
    '\r',
    '\0',
    ',',
    ':',
    '=',
    "'",
    '"',
    '`',
    '$(x)',
    ';',
    '/',
    '..',
    '#',
    '\u2028',
    'ssh-rsa AAAA',
  ),
});

test('a variable stays one line of the file podman reads, or is refused', () => {
  fc.assert(
    fc.property(hostile, hostile, (name, value) => {
      let file: string;
      try {
        file = environmentFile({ FIRST: '1', [name]: value, LAST: '2' });
      } catch (error) {
        expect(error).toBeInstanceOf(RuntimeError);
        return;
      }
      expect(file.split(/\r\n|\r|\n/)).toEqual(['FIRST=1', `${name}=${value}`, 'LAST=2', '']);
      expect(name).toMatch(/^[A-Za-z_]\w*$/);
    }),
  );
});

test('whatever is given as a key, each line of the file is one key and nothing sshd would obey', () => {
  fc.assert(
    fc.property(fc.array(hostile), hostile, (keys, comment) => {
      const file = authorizedKeysFile([...keys, `${KEY} ${comment}`, KEY]);
      for (const line of file.split('\n').slice(0, -1))
        expect(line).toMatch(/^(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+$/);
      expect(file.endsWith(`${KEY}\n`)).toBe(true);
    }),
  );
  expect(authorizedKeysFile([`command="sh" ${KEY}`, `${KEY}\n${KEY}`, `no-pty ${KEY}`, `${KEY} ada\r`])).toBe(
    `${KEY}\n`,
  );
});

test('names that a program on the node would read as something else are refused', () => {
  for (const what of [
    'allocation',
    'node',
    'hostname',
    'login',
    'gpu',
    'cdiKind',
    'namespace',
    'nameserver',
    'network',
    'digest',
  ] as const)
    fc.assert(
      fc.property(hostile, text => {
        try {
          expect(checked(what, text)).toMatch(/^[\w][\w./-]*$/);
        } catch (error) {
          expect(error).toMatchObject({ code: 'runtime_failed' });
        }
      }),
    );
});

test.each([
  ['localhost/portico-base', true],
  ['localhost/portico-base:1', true],
  ['registry.example:5000/team/cuda', true],
  ['nvcr.io/nvidia/pytorch:24.05-py3', true],
  ['-v/etc', false],
  ['--privileged/x', false],
  ['docker-archive:/etc/shadow', false],
  ['dir:/root', false],
  ['registry.example/x@sha256:0', false],
  ['registry.example/a b', false],
  ['debian', false],
  ['', false],
])('where an image comes from: %s', (source, allowed) => {
  const asked = () => imageArguments({ ...image, source }, 'localhost/base');
  if (allowed) expect(asked()).toEqual([source, '']);
  else expect(asked).toThrow(RuntimeError);
});

test('an image without a source is the base that nodes have, and a digest is one', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  expect(imageArguments({ ...image, source: null, digest }, 'localhost/base')).toEqual(['localhost/base', '']);
  expect(imageArguments({ ...image, digest }, 'localhost/base')).toEqual([image.source, digest]);
  expect(() => imageArguments({ ...image, digest: 'latest' }, 'localhost/base')).toThrow(RuntimeError);
});

test('GPUs are named by number and uuid', () => {
  const gpu = { index: 3, uuid: 'MIG-GPU-1/2/0', model: 'A100', memoryBytes: 1, numaNode: 0, simulated: false };
  expect(gpuArguments([gpu])).toEqual(['3/MIG-GPU-1/2/0']);
  expect(() => gpuArguments([{ ...gpu, index: -1 }])).toThrow(RuntimeError);
  expect(() => gpuArguments([{ ...gpu, uuid: '0 --privileged' }])).toThrow(RuntimeError);
});
