import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { keys } from '../testing/ssh-keys';
import { parseSshKey } from './ssh-key';

const { ed25519, rsa1024, rsa2048, dsa, ecdsa256, ecdsa384, ecdsa521 } = keys;
const blobOf = (line: string) => Buffer.from(line.split(' ')[1] ?? '', 'base64');
const field = (bytes: Buffer | string) => {
  const content = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
};
const line = (type: string, ...fields: (Buffer | string)[]) =>
  `${type} ${Buffer.concat([field(type), ...fields.map(field)]).toString('base64')}`;

describe('accepted', () => {
  test.each([ed25519, ecdsa256, ecdsa384, ecdsa521, rsa2048])('$type', key => {
    expect(parseSshKey(key.line)).toEqual({
      keyType: key.type,
      publicKey: key.line,
      fingerprint: key.fingerprint,
      comment: null,
    });
  });
  test.each([
    ['a comment', `${ed25519.line} alice@laptop`, 'alice@laptop'],
    ['a comment of several words', `${ed25519.line} alice at  her laptop`, 'alice at her laptop'],
    ['a comment without end', `${ed25519.line} ${'😀'.repeat(300)}`, '😀'.repeat(255)],
    ['a last line break', `${ed25519.line} alice\n`, 'alice'],
    ['Windows line end', `${ed25519.line}\r\n`, null],
    ['tabs', ed25519.line.replace(' ', '\t'), null],
  ])('with %s, which is no part of the key', (_, text, comment) =>
    expect(parseSshKey(text)).toMatchObject({ publicKey: ed25519.line, comment }),
  );
});

const edBytes = blobOf(ed25519.line).subarray(-32);
const privatePem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const rsaOfExponent = (exponent: Buffer) => line('ssh-rsa', exponent, blobOf(rsa2048.line).subarray(-257));

describe('refused', () => {
  test.each([
    ['a short RSA key', rsa1024.line, 'key_too_weak', '1024'],
    ['DSA', dsa.line, 'key_too_weak', 'DSA'],
    ['RSA with exponent 1', rsaOfExponent(Buffer.from([1])), 'key_too_weak', 'exponent'],
    ['RSA with an even exponent', rsaOfExponent(Buffer.from([4])), 'key_too_weak', 'exponent'],
    ['a hardware-backed key', line('sk-ssh-ed25519@openssh.com', edBytes, 'ssh:'), 'key_type_unsupported', 'hardware'],
    [
      'a hardware-backed ECDSA key',
      line('sk-ecdsa-sha2-nistp256@openssh.com', 'nistp256', 'x', 'ssh:'),
      'key_type_unsupported',
      'hardware',
    ],
    ['a certificate', line('ssh-ed25519-cert-v01@openssh.com', 'x'), 'key_type_unsupported', 'certificate'],
    ['a PEM private key', privatePem, 'private_key_refused', '.pub'],
    [
      'an OpenSSH private key',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA',
      'private_key_refused',
      '.pub',
    ],
    ['the inside of a private key', 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ', 'private_key_refused', '.pub'],
    ['a PuTTY private key', 'PuTTY-User-Key-File-3: ssh-ed25519', 'private_key_refused', '.pub'],
    ['two keys', `${ed25519.line}\n${rsa2048.line}`, 'key_malformed', 'one line'],
    [
      'an RFC 4716 file',
      '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----',
      'key_malformed',
      'one line',
    ],
    ['options', `command="/bin/sh",no-pty ${ed25519.line}`, 'key_malformed', 'options'],
    ['options with a space', `from="10.0.0.1", command="a b" ${ed25519.line} me`, 'key_malformed', 'options'],
    ['no type', ed25519.line.split(' ')[1] ?? '', 'key_malformed', 'begin'],
    ['only a type', 'ssh-ed25519', 'key_malformed', 'cut off'],
    ['a cut key', ed25519.line.slice(0, -8), 'key_malformed', 'does not hold'],
    [
      'a key with more behind it',
      `ssh-ed25519 ${Buffer.concat([blobOf(ed25519.line), field('more')]).toString('base64')}`,
      'key_malformed',
      'standard',
    ],
    ['a type that is not the key’s', ed25519.line.replace('ssh-ed25519', 'ssh-rsa'), 'key_malformed', 'first word'],
    ['an ed25519 key that is too short', line('ssh-ed25519', edBytes.subarray(1)), 'key_malformed', ''],
    [
      'a point off the curve',
      line('ecdsa-sha2-nistp256', 'nistp256', Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 7)])),
      'key_malformed',
      'not a valid',
    ],
    ['base64 for URLs', ed25519.line.replace(/.$/, '_'), 'key_malformed', 'characters'],
    ['a NUL', `${ed25519.line} a\u0000b`, 'key_malformed', 'one line'],
    ['prose', 'my key please', 'key_malformed', 'begin'],
    ['nothing but spaces', '   ', 'key_malformed', 'begin'],
  ])('%s', (_, text, code, reason) => {
    expect(parseSshKey(text)).toMatchObject({ code, reason: expect.stringContaining(reason) });
  });

  test('without repeating any of a private key', () => {
    const rejection = JSON.stringify(parseSshKey(privatePem));
    for (const part of privatePem.split('\n').filter(text => text.length > 20 && !text.startsWith('--')))
      expect(rejection).not.toContain(part);
  });

  test('whatever it is, without throwing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => expect(parseSshKey(text)).toHaveProperty('code')));
  });

  test('when any one byte of the blob differs, or it is another valid key', () => {
    const blob = blobOf(ecdsa256.line);
    fc.assert(
      fc.property(fc.nat({ max: blob.length - 1 }), fc.integer({ min: 1, max: 255 }), (place, difference) => {
        const changed = Buffer.from(blob);
        changed[place] = (changed[place] ?? 0) ^ difference;
        const parsed = parseSshKey(`ecdsa-sha2-nistp256 ${changed.toString('base64')}`);
        if ('fingerprint' in parsed) expect(parsed.fingerprint).not.toBe(ecdsa256.fingerprint);
        else expect(parsed.code).toBe('key_malformed');
      }),
    );
  });
});
