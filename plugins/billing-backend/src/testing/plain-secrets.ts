import type { Secrets } from '@portico/plugin-kit/backend';

/** Encryption of nothing: what is kept under it is a test's. */
export const PLAIN_SECRETS: Secrets = {
  encrypt: (purpose, plaintext) => `${purpose} ${plaintext}`,
  decrypt: (purpose, ciphertext) => ciphertext.slice(purpose.length + 1),
  fingerprint: (purpose, text) => `${purpose} ${text}`,
};
