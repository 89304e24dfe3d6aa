import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Database, Secrets } from '@portico/plugin-kit/backend';

const KEY_PURPOSE = 'billing.ledger-signing-key';

export interface LedgerKey {
  readonly privateKey: KeyObject;
  /** SPKI in PEM. */
  readonly publicKey: string;
}

/** The key that signs what is said of ledgers: made once, kept encrypted, so that the database alone is not enough to make a chain of one's own. */
export async function ledgerKey(deps: { database: Database; secrets: Secrets }): Promise<LedgerKey> {
  const { database, secrets } = deps;
  const read = 'SELECT private_key_encrypted, public_key FROM billing_signing_key WHERE singleton = 1';
  let kept = await database.read.first<{ private_key_encrypted: string; public_key: string }>(read);
  if (kept === undefined) {
    const made = generateKeyPairSync('ed25519');
    const encrypted = secrets.encrypt(KEY_PURPOSE, made.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const publicKey = made.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    kept = await database.transaction(async tx => {
      // Two replicas may start at once; the key of the faster one is everybody's.
      await tx.run(
        `INSERT INTO billing_signing_key (singleton, private_key_encrypted, public_key) VALUES (1, ?, ?) ON CONFLICT (singleton) DO NOTHING`,
        [encrypted, publicKey],
      );
      return tx.first(read);
    });
  }
  if (kept === undefined) throw new Error('the key of the ledger was written and cannot be read back');
  return {
    privateKey: createPrivateKey(secrets.decrypt(KEY_PURPOSE, kept.private_key_encrypted)),
    publicKey: kept.public_key,
  };
}

/** SHA-256 of the key in DER, in hex. */
export function fingerprintOf(publicKey: string): string {
  return createHash('sha256')
    .update(createPublicKey(publicKey).export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
