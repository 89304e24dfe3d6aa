import { BlockList, isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Addresses that are nobody's business from inside a sandbox: this machine, its network, cloud metadata. From the IANA special-purpose
 * registries (RFC 6890 and its updates), IPv4 and IPv6. Whatever embeds an IPv4 address is judged by that address.
 */
const REFUSED_IPV4 = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24],
  ['192.0.2.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24],
  ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const; // prettier-ignore

/** The same in CIDR notation, for those who have a firewall refuse them. */
export const refusedIpv4Networks: readonly string[] = REFUSED_IPV4.map(([network, bits]) => `${network}/${bits}`);

/** IPv6 is allowed only inside 2000::/3, the space handed out to the public; inside it, these are not. */
const REFUSED_IPV6 = [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const; // prettier-ignore

/** Mail submission by strangers gets a whole network block-listed; nothing a GPU job needs speaks it. */
const REFUSED_PORTS = new Set([25]);

export class EgressPolicy {
  private readonly refused = new BlockList();
  private readonly publicV6 = new BlockList();

  constructor(ownAddresses: readonly string[]) {
    for (const [network, bits] of REFUSED_IPV4) this.refused.addSubnet(network, bits, 'ipv4');
    for (const [network, bits] of REFUSED_IPV6) this.refused.addSubnet(network, bits, 'ipv6');
    this.publicV6.addSubnet('2000::', 3, 'ipv6');
    for (const address of ownAddresses) {
      if (isIP(address)) this.refused.addAddress(address, isIPv6(address) ? 'ipv6' : 'ipv4');
    }
  }

  allowsPort(port: number): boolean {
    return Number.isInteger(port) && port > 0 && port < 65_536 && !REFUSED_PORTS.has(port);
  }

  /** To be asked about the address a connection is about to be made to, never about a name. */
  allowsAddress(address: string): boolean {
    const family = isIP(address);
    if (family === 0 || address.includes('%')) return false;
    // Asked at connect time, because a machine's addresses change.
    if (hostAddresses().has(address)) return false;
    if (family === 4) return !this.refused.check(address, 'ipv4');
    // Mapped (::ffff:0:0/96), compatible, NAT64 and other embeddings lie outside 2000::/3, or are refused inside it (2002::/16).
    return this.publicV6.check(address, 'ipv6') && !this.refused.check(address, 'ipv6');
  }
}

function hostAddresses(): Set<string> {
  return new Set(Object.values(networkInterfaces()).flatMap(list => (list ?? []).map(entry => entry.address)));
}
