import { utils } from 'ssh2';
import type { Secrets } from '@portico/plugin-kit/backend';
import type { NodeCredential } from './ssh-client';

const OWN_KEY = 'fleet.node-key';
const GIVEN = 'fleet.node-credential';
/** Stands behind the key in `authorized_keys`, for whoever wonders whose it is. */
const COMMENT = 'portico';

/**
 * Portico's keys for nodes. Each node has one of its own: it can be taken back or replaced without touching another node, what one machine's owner learns opens no other machine,
 * and the key in a node's log says which entry it came from. The private parts are encrypted under the portal's key, in the database, so that every replica reaches every node.
 */
export class NodeKeys {
  constructor(private readonly secrets: Secrets) {}

  create(): { publicKey: string; privateKeyEncrypted: string } {
    // One of 256 keys that ssh2 makes cannot be read again (`lib/keygen.js`, as of 1.17).
    for (;;) {
      const made = utils.generateKeyPairSync('ed25519');
      if (utils.parseKey(made.private) instanceof Error) continue;
      const publicKey = `${made.public.trim().split(/\s+/).slice(0, 2).join(' ')} ${COMMENT}`;
      return { publicKey, privateKeyEncrypted: this.secrets.encrypt(OWN_KEY, made.private) };
    }
  }

  open(privateKeyEncrypted: string): NodeCredential {
    return { kind: 'private_key', privateKey: this.secrets.decrypt(OWN_KEY, privateKeyEncrypted) };
  }

  seal(given: NodeCredential): string {
    return this.secrets.encrypt(GIVEN, JSON.stringify(given));
  }

  unseal(givenEncrypted: string): NodeCredential {
    return JSON.parse(this.secrets.decrypt(GIVEN, givenEncrypted)) as NodeCredential;
  }
}

export function isReadablePrivateKey({ privateKey, passphrase }: { privateKey: string; passphrase?: string }): boolean {
  const parsed = utils.parseKey(privateKey, passphrase);
  return !(parsed instanceof Error) && parsed.isPrivateKey();
}
