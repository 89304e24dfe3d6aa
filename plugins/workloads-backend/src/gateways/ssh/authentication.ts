import { timingSafeEqual } from 'node:crypto';
import type { SshKey } from '@portico/plugin-access/port';
import { utils } from 'ssh2';
import type { PublicKeyAuthContext } from 'ssh2';

/**
 * Whether the client may go on with this key: without a signature it only asks whether the key would do (RFC 4252, section 7), with one
 * it proves to hold it. Every key is compared, so the time does not tell which one it was. `hashAlgo` is what the client named beside an
 * RSA key; without one the signature is the SHA-1 kind, which anybody may forge who can make collisions: refused.
 */
export function matchingKey(context: PublicKeyAuthContext, keys: readonly SshKey[]): SshKey | undefined {
  let match: SshKey | undefined;
  for (const key of keys) {
    const parsed = utils.parseKey(key.publicKey);
    if (parsed instanceof Error || parsed.type !== context.key.algo) continue;
    if (parsed.type === 'ssh-rsa' && context.hashAlgo === undefined) continue;
    const known = parsed.getPublicSSH();
    if (known.length !== context.key.data.length || !timingSafeEqual(known, context.key.data)) continue;
    if (context.signature === undefined || isProven(parsed, context, context.signature)) match = key;
  }
  return match;
}

function isProven(
  key: Exclude<ReturnType<typeof utils.parseKey>, Error>,
  context: PublicKeyAuthContext,
  signature: Buffer,
): boolean {
  return context.blob !== undefined && key.verify(context.blob, signature, context.hashAlgo) === true;
}
