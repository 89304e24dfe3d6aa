import { lookup as systemLookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { RuntimeError } from '@portico/plugin-fleet/port';
import { EgressPolicy } from '../runtimes/local/supervisor/egress-policy';

/** What a name stands for, as asked of the system. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** An address nodes may not have by the configuration. For those who only want to reach the node it is one they cannot reach. */
export class AddressRefusedError extends RuntimeError {
  constructor(
    readonly host: string,
    readonly address: string,
  ) {
    super(
      'node_unreachable',
      `${host === address ? host : `${host} is ${address}, which`} is an address nodes may not have: private, loopback, link-local or otherwise special. "fleet.ssh.allowedNetworks" of the configuration can allow it.`,
    );
    this.name = 'AddressRefusedError';
  }
}

/**
 * Decides where Portico may open a connection because an administrator, or a machine that enrols itself, said so. Otherwise either could make it knock at the portal's own network or ask
 * a cloud's metadata service. Public addresses are allowed, all others by the configuration alone.
 */
export class NodeAddressPolicy {
  readonly #public = new EgressPolicy([]);
  readonly #allowed = new BlockList();

  constructor(
    allowedNetworks: readonly string[],
    private readonly lookup: Lookup = systemAddresses,
  ) {
    for (const network of allowedNetworks) allow(this.#allowed, network);
  }

  allows(address: string): boolean {
    const family = isIP(address);
    if (family === 0 || address.includes('%')) return false;
    return this.#public.allowsAddress(address) || this.#allowed.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }

  /**
   * The one address to connect to. Every address of a name is judged: one that is refused among them is what rebinding looks like. Whoever connects must use the answer and never
   * the name again, which may mean something else a moment later. Throws `AddressRefusedError`, and `node_unreachable` for a name without an address.
   */
  async resolve(host: string): Promise<string> {
    const addresses = isIP(host) ? [host] : await this.#lookUp(host);
    for (const address of addresses) if (!this.allows(address)) throw new AddressRefusedError(host, address);
    const [first] = addresses;
    if (first === undefined) throw new RuntimeError('node_unreachable', `${host} has no address.`);
    return first;
  }

  async #lookUp(host: string): Promise<readonly string[]> {
    try {
      return await this.lookup(host);
    } catch (error) {
      throw new RuntimeError('node_unreachable', `The name ${host} cannot be resolved.`, { cause: error });
    }
  }
}

async function systemAddresses(host: string): Promise<readonly string[]> {
  return (await systemLookup(host, { all: true })).map(({ address }) => address);
}

function allow(list: BlockList, network: string): void {
  const [address = '', bits] = network.split('/');
  const version = isIP(address);
  const width = version === 6 ? 128 : 32;
  const prefix = bits === undefined ? width : Number(bits);
  if (version === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > width) {
    throw new Error(
      `"fleet.ssh.allowedNetworks" lists ${network}, which is no network such as 10.0.0.0/8 or fd00::/8.`,
    );
  }
  list.addSubnet(address, prefix, version === 6 ? 'ipv6' : 'ipv4');
}
