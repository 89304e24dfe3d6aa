import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { KEY_FILE, readOrMakeKey } from './key-file';
import { createSecretBox, SecretUnreadableError } from './secret-box';
import { assertSameKey } from './secrets-service';

const key = new Uint8Array(32).fill(7);
const box = createSecretBox(key);

test('any text comes back, under its own purpose only, and is never the same twice', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.string({ minLength: 1 }),
      fc.string({ minLength: 1 }),
      (text, purpose, other) => {
        const sealed = box.encrypt(purpose, text);
        expect(box.decrypt(purpose, sealed)).toBe(text);
        expect(box.encrypt(purpose, text)).not.toBe(sealed);
        if (other !== purpose) expect(() => box.decrypt(other, sealed)).toThrow(SecretUnreadableError);
      },
    ),
  );
});

test('a changed byte, another key, or something else altogether does not open', () => {
  const sealed = box.encrypt('token', 'secret');
  fc.assert(
    fc.property(fc.integer({ min: 3, max: sealed.length - 1 }), place => {
      const flipped = sealed[place] === 'A' ? 'w' : 'A';
      expect(() => box.decrypt('token', sealed.slice(0, place) + flipped + sealed.slice(place + 1))).toThrow(
        SecretUnreadableError,
      );
    }),
  );
  expect(() => createSecretBox(new Uint8Array(32)).decrypt('token', sealed)).toThrow(SecretUnreadableError);
  for (const text of ['', 'v1', 'v1.', 'v2.AAAA', 'plain', `${sealed}.x`])
    expect(() => box.decrypt('token', text)).toThrow(SecretUnreadableError);
});

test('a fingerprint is the same for the same text, purpose and key, and for nothing else', () => {
  expect(box.fingerprint('session', 'abc')).toBe(createSecretBox(key).fingerprint('session', 'abc'));
  expect(
    new Set([box.fingerprint('session', 'abc'), box.fingerprint('key', 'abc'), box.fingerprint('session', 'abd')]).size,
  ).toBe(3);
  expect(createSecretBox(new Uint8Array(32)).fingerprint('session', 'abc')).not.toBe(box.fingerprint('session', 'abc'));
});

describe('the key file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-key-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is made once, for its owner only, and leaves nothing else behind', () => {
    const made = readOrMakeKey(folder);
    expect(readOrMakeKey(folder)).toEqual(made);
    expect(statSync(path.join(folder, KEY_FILE)).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual([KEY_FILE]);
  });

  test('a damaged one stops the start instead of being replaced', () => {
    writeFileSync(path.join(folder, KEY_FILE), 'not a key');
    expect(() => readOrMakeKey(folder)).toThrow('restore it from the backup');
  });
});

eachDatabase(db => {
  test('a database encrypted under another key is refused with a sentence', async () => {
    const { database, close } = await db.open();
    await assertSameKey(database, 'first');
    await assertSameKey(database, 'first');
    await expect(assertSameKey(database, 'second')).rejects.toThrow('encrypted under another key');
    await close();
  });
});
