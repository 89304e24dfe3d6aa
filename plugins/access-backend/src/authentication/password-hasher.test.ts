import * as crypto from 'node:crypto';
import { PasswordHasher } from './password-hasher';

jest.mock('node:crypto', () => {
  const actual = jest.requireActual<typeof crypto>('node:crypto');
  return { ...actual, argon2: jest.fn(actual.argon2) };
});
const argon2 = jest.mocked(crypto.argon2);
beforeEach(() => argon2.mockClear());

test('a password is verified by its hash, which says how it was made and differs each time', async () => {
  const hasher = new PasswordHasher();
  const [one, two] = [await hasher.hash('correct horse'), await hasher.hash('correct horse')];
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(one).not.toBe(two);
  expect(await hasher.verify('correct horse', one)).toBe(true);
  expect(await hasher.verify('Correct horse', one)).toBe(false);
});

test('a hash of the reference implementation is understood, other parameters included', async () => {
  // From test.c of github.com/P-H-C/phc-winner-argon2.
  const known = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  expect(await new PasswordHasher().verify('password', known)).toBe(true);
  expect(await new PasswordHasher().verify('passwort', known)).toBe(false);
});

test('nobody’s password costs what a user’s does, and is never right', async () => {
  const hasher = new PasswordHasher();
  const stored = await hasher.hash('correct horse');
  argon2.mockClear();
  await hasher.verify('guess', stored);
  expect(await hasher.verify('guess', null)).toBe(false);
  const cost = argon2.mock.calls.map(([algorithm, { memory, passes, parallelism, tagLength, nonce }]) => {
    return { algorithm, memory, passes, parallelism, tagLength, nonce: (nonce as Buffer).length };
  });
  expect(cost).toHaveLength(2);
  expect(cost[1]).toEqual(cost[0]);
});

test('few hash at a time, few wait, and the rest are told to come back', async () => {
  let running = 0;
  let most = 0;
  argon2.mockImplementation(((
    _algorithm: string,
    parameters: { tagLength: number },
    done: (error: null, hash: Buffer) => void,
  ) => {
    running += 1;
    most = Math.max(most, running);
    setImmediate(() => {
      running -= 1;
      done(null, Buffer.alloc(parameters.tagLength));
    });
  }) as typeof crypto.argon2);
  const hasher = new PasswordHasher({ runningMax: 2, waitingMax: 3 });
  const results = await Promise.allSettled(Array.from({ length: 9 }, () => hasher.hash('x')));
  expect(most).toBe(2);
  expect(results.map(result => result.status)).toEqual([
    ...Array<string>(5).fill('fulfilled'),
    ...Array<string>(4).fill('rejected'),
  ]);
  for (const result of results)
    if (result.status === 'rejected')
      expect(result.reason).toMatchObject({ code: 'service_unavailable', retryAfterSeconds: 2 });
  await hasher.hash('x');

  argon2.mockImplementationOnce((() => {
    throw new Error('broken');
  }) as typeof crypto.argon2);
  await expect(hasher.hash('x')).rejects.toThrow('broken');
  await Promise.all([hasher.hash('x'), hasher.hash('x'), hasher.hash('x')]);
});

test('a stored hash of another form is an error, not a wrong password', async () => {
  await expect(new PasswordHasher().verify('x', '$2b$10$abc')).rejects.toThrow('not in the form');
});
