import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { commandLine, quoteForShell, readPid } from './shell-command';

const argument = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }).filter(text => !text.includes('\0')),
  fc.constantFrom("'", "''", "'; rm -rf /; '", '$(id)', '`id`', '\\', '\n', '-n', '', '"', '!!', '*', '~', 'a b'),
);

test('what is quoted reaches a real shell as it is, whatever it holds', () => {
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 6 }), args => {
      const line = `printf '%s\\0' ${args.map(quoteForShell).join(' ')}`;
      const said = execFileSync('sh', ['-c', line]).toString('utf8');
      expect(said.split('\0').slice(0, -1)).toEqual(args.length === 0 ? [''] : args);
    }),
    { numRuns: 200 },
  );
});

test('a whole command passes its arguments on, says which process it is and keeps its time', () => {
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 4 }), args => {
      const line = commandLine({ script: `printf '%s\\0' "$#" "$@"`, args, username: 'root', timeoutSeconds: 20 });
      const { stdout, stderr } = spawnSync('sh', ['-c', line]);
      expect(stdout.toString('utf8').split('\0').slice(0, -1)).toEqual([String(args.length), ...args]);
      expect(readPid(stderr.toString())).toMatchObject({ pid: expect.any(Number) as number, rest: '' });
    }),
    { numRuns: 30 },
  );
  const late = commandLine({ script: 'sleep 60', args: [], username: 'root', timeoutSeconds: 1 });
  expect(spawnSync('sh', ['-c', late]).status).toBe(124);
});

test('only root goes without sudo, and sudo never asks', () => {
  const command = { script: 'true', args: [], timeoutSeconds: 1 };
  expect(commandLine({ ...command, username: 'root' })).not.toContain('sudo');
  expect(commandLine({ ...command, username: 'portico' })).toMatch(/^exec 'sudo' '-n' '--' /);
});

test('what no argument can carry is refused', () => {
  expect(() => quoteForShell('a\0b')).toThrow('NUL');
  expect(() => commandLine({ script: 'x'.repeat(200_000), args: [], username: 'root', timeoutSeconds: 1 })).toThrow(
    'too long',
  );
});

test.each([
  ['portico-pid 12\n', { pid: 12, rest: '' }],
  ['portico-pid 12\nwarning', { pid: 12, rest: 'warning' }],
  ['sudo: unable to resolve host a\nportico-pid 7\n', { pid: 7, rest: '' }],
  ['portico-pid 12', undefined],
  ['sudo: a password is required\n', undefined],
  ['', undefined],
])('of %j the process is %j', (text, found) => expect(readPid(text)).toEqual(found));
