import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Tells who the client is: the peer itself, or, where the peer is a proxy we were told to trust, whom that proxy names. */
export class ClientAddresses {
  readonly #trusted = new BlockList();

  /** Addresses or networks: `10.0.0.5`, `10.0.0.0/8`, `::1`. */
  constructor(trustedProxies: readonly string[]) {
    for (const entry of trustedProxies) {
      const [address = '', prefix] = entry.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (isIP(address) === 0)
        throw new Error(`server.trustedProxies: "${entry}" is neither an IP address nor a network such as 10.0.0.0/8.`);
      if (prefix === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(prefix), family);
    }
  }

  /** The right-most address of the chain that no trusted proxy vouches for. */
  of(request: IncomingMessage): string {
    let address = plain(request.socket.remoteAddress ?? '');
    const forwarded = [request.headers['x-forwarded-for'] ?? []]
      .flat()
      .join(',')
      .split(',')
      .map(part => part.trim())
      .filter(Boolean);
    while (this.#trusts(address) && forwarded.length > 0) {
      const next = plain(forwarded.pop() as string);
      if (isIP(next) === 0) break;
      address = next;
    }
    return address;
  }

  /** Whether the client speaks to the portal over TLS, by our own socket or by a trusted proxy's word. */
  isSecure(request: IncomingMessage): boolean {
    if ('encrypted' in request.socket) return true;
    return request.headers['x-forwarded-proto'] === 'https' && this.#trusts(plain(request.socket.remoteAddress ?? ''));
  }

  #trusts(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#trusted.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }
}

/** `::ffff:127.0.0.1` is how a dual-stack socket writes 127.0.0.1. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}
