import { RuntimeError } from '@portico/plugin-fleet/port';
import { fleet } from '../node-services';
import type { NodeServices } from '../node-services';
import { AddressRefusedError } from '../ssh/address-policy';
import { fingerprintOf } from '../ssh/host-key';
import type { HostKey } from '../ssh/host-key';
import { fetchHostKey } from '../ssh/ssh-client';
import type { NodeAddress } from '../ssh/ssh-client';

/** The key a machine shows now. Throws `address_refused` or `node_unreachable`. */
export async function shownHostKey({ ssh }: Pick<NodeServices, 'ssh'>, address: NodeAddress): Promise<HostKey> {
  try {
    return await fetchHostKey(ssh.policy, address);
  } catch (error) {
    if (error instanceof AddressRefusedError)
      throw fleet.fail('address_refused', { details: { host: error.host, address: error.address }, cause: error });
    if (error instanceof RuntimeError)
      throw fleet.fail('node_unreachable', { details: { reason: error.message }, cause: error });
    throw error;
  }
}

/** Throws `host_key_mismatch` with both fingerprints. */
export function requireFingerprint(shown: HostKey, expected: string): void {
  const fingerprint = fingerprintOf(shown);
  if (fingerprint !== expected) throw fleet.fail('host_key_mismatch', { details: { expected, shown: fingerprint } });
}
