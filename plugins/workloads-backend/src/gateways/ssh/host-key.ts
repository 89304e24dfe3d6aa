import type { Database, Secrets } from '@portico/plugin-kit/backend';
import { utils } from 'ssh2';
import { keepHostKey } from '../../store/ssh-host-keys';

const PURPOSE = 'workloads.ssh-host-key';

/** The gateway's host key: made once, kept encrypted in the database, so that every replica and every restart is the same host to clients. */
export async function sshHostKey(database: Database, secrets: Secrets): Promise<string> {
  const encrypted = secrets.encrypt(PURPOSE, newHostKey());
  return secrets.decrypt(PURPOSE, await database.transaction(tx => keepHostKey(tx, encrypted)));
}

/**
 * One of 256 keys that ssh2 makes cannot be read again: it drops zeros at the beginning of the public part (`lib/keygen.js`, as of 1.17). Such a key, kept, would stop this start and
 * every later one.
 */
export function newHostKey(): string {
  for (;;) {
    const made = utils.generateKeyPairSync('ed25519').private;
    if (!(utils.parseKey(made) instanceof Error)) return made;
  }
}
