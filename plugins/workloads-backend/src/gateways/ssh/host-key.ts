import type { Database, Secrets } from '@portico/plugin-kit/backend';
import { utils } from 'ssh2';
import { keepHostKey } from '../../store/ssh-host-keys';

const PURPOSE = 'workloads.ssh-host-key';

/** The gateway's host key: made once, kept encrypted in the database, so that every replica and every restart is the same host to clients. */
export async function sshHostKey(database: Database, secrets: Secrets): Promise<string> {
  const made = utils.generateKeyPairSync('ed25519');
  const encrypted = secrets.encrypt(PURPOSE, made.private);
  return secrets.decrypt(PURPOSE, await database.transaction(tx => keepHostKey(tx, encrypted)));
}
