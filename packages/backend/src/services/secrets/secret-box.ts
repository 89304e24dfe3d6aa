import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Secrets } from '@portico/plugin-kit/backend';

export const KEY_BYTES = 32;
/** AES-GCM's own nonce length; random, so one key is good for 2^32 messages (NIST SP 800-38D, 8.3), far more than a portal stores. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';

/**
 * AES-256-GCM with the purpose as associated data: a ciphertext moved to another column or row kind does not open. The text is
 * `v1.` and base64url of nonce, tag and ciphertext; the version lets a later key or cipher live beside this one.
 * Encryption and fingerprints use keys of their own, derived from the one secret by HKDF.
 */
export function createSecretBox(secret: Uint8Array): Secrets & { readonly keyId: string } {
  if (secret.length !== KEY_BYTES) throw new Error(`a secret key has ${KEY_BYTES} bytes`);
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', secret, '', `portico ${use} ${VERSION}`, KEY_BYTES));
  const encryptionKey = derive('encryption');
  const fingerprintKey = derive('fingerprint');
  const associated = (purpose: string) => Buffer.from(`${VERSION}:${purpose}`);
  return {
    /** Tells keys apart without telling the key. */
    keyId: derive('key id').subarray(0, 9).toString('base64url'),
    encrypt(purpose, plaintext) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', encryptionKey, nonce).setAAD(associated(purpose));
      const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return `${VERSION}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
    },
    decrypt(purpose, ciphertext) {
      const [version, body, ...rest] = ciphertext.split('.');
      const bytes = Buffer.from(body ?? '', 'base64url');
      if (version !== VERSION || rest.length > 0 || bytes.length < NONCE_BYTES + TAG_BYTES)
        throw new SecretUnreadableError(purpose);
      try {
        const decipher = createDecipheriv('aes-256-gcm', encryptionKey, bytes.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        })
          .setAAD(associated(purpose))
          .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString(
          'utf8',
        );
      } catch (error) {
        throw new SecretUnreadableError(purpose, { cause: error });
      }
    },
    fingerprint(purpose, text) {
      return createHmac('sha256', fingerprintKey).update(`${purpose}\0${text}`).digest('base64url');
    },
  };
}

/** Damaged, made for another purpose, or made under another key. */
export class SecretUnreadableError extends Error {
  constructor(purpose: string, options?: { cause?: unknown }) {
    super(`a stored secret (${purpose}) does not open under this portal's key`, options);
    this.name = 'SecretUnreadableError';
  }
}
