import { timingSafeEqual } from 'node:crypto';
import type { SshKey } from '@portico/plugin-access/port';
import { utils } from 'ssh2';
import type { PublicKeyAuthContext } from 'ssh2';

/**
 * Whether the client may go on with this key: without a signature it only asks whether the key would do (RFC 4252, section 7), with one it proves
 * to hold it. Every key is compared, so the time does not tell which one it was.
 */
export function matchingKey(context: PublicKeyAuthContext, keys: readonly SshKey[]): SshKey | undefined {
  let match: SshKey | undefined;
  for (const key of keys) {
    const parsed = utils.parseKey(key.publicKey);
    if (parsed instanceof Error) continue;
    const known = parsed.getPublicSSH();
    if (known.length !== context.key.data.length || !timingSafeEqual(known, context.key.data)) continue;
    if (parsed.type !== context.key.algo && !(parsed.type === 'ssh-rsa' && context.key.algo.startsWith('rsa-sha2-'))) continue;
    const proven =
      context.signature === undefined ||
      (context.blob !== undefined && parsed.verify(context.blob, context.signature, context.hashAlgo) === true);
    if (proven) match = key;
  }
  return match;
}
