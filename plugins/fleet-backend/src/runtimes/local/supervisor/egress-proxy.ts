import { lookup } from 'node:dns/promises';
import { chmodSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { connect, isIP } from 'node:net';
import { EGRESS_CONNECTIONS_MAX, EGRESS_CONNECT_MS, EGRESS_IDLE_MS } from '../limits';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { EgressPolicy } from './egress-policy';

/** Resolves a name. Injected so that a test can play a name server that changes its mind. */
type Resolve = (host: string) => Promise<readonly string[]>;

const resolveByHost: Resolve = async host => (await lookup(host, { all: true })).map(entry => entry.address);

class EgressRefused extends Error {}

/**
 * The sandbox's only way out: an HTTP proxy (CONNECT, and plain HTTP by absolute URI) on a Unix socket. A name is resolved here, once,
 * every address is judged, and the connection goes to an address that was judged: a name that answers differently a second time
 * (DNS rebinding) is never asked a second time.
 */
export class EgressProxy {
  rxBytes = 0;
  txBytes = 0;
  private readonly server: Server;
  private readonly open = new Set<Socket>();

  constructor(
    private readonly policy: EgressPolicy,
    private readonly resolve: Resolve = resolveByHost,
  ) {
    this.server = createServer((request, response) => void this.forwardRequest(request, response));
    this.server.maxConnections = EGRESS_CONNECTIONS_MAX;
    this.server.headersTimeout = EGRESS_CONNECT_MS;
    this.server.requestTimeout = 0;
    this.server.on(
      'connect',
      (request: IncomingMessage, socket: Socket, head: Buffer) => void this.tunnel(request, socket, head),
    );
    this.server.on('clientError', (_error, socket) => socket.destroy());
  }

  async listen(path: string): Promise<void> {
    await new Promise<void>((done, failed) => {
      this.server.once('error', failed);
      this.server.listen(path, done);
    });
    // The directory is what keeps others out; the tenant, another uid, must be able to connect.
    chmodSync(path, 0o666);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
    for (const socket of this.open) socket.destroy();
  }

  private async tunnel(request: IncomingMessage, client: Socket, head: Buffer): Promise<void> {
    client.on('error', () => client.destroy());
    this.open.add(client);
    client.on('close', () => this.open.delete(client));
    try {
      const { host, port } = parseAuthority(request.url ?? '', 443);
      const upstream = await this.connectTo(host, port);
      if (client.destroyed) return void upstream.destroy();
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) upstream.write(head);
      client.pipe(upstream).pipe(client);
      client.on('close', () => upstream.destroy());
      upstream.on('close', () => client.destroy());
    } catch (error) {
      client.end(refusal(error));
    }
  }

  private async forwardRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = URL.canParse(request.url ?? '') ? new URL(request.url as string) : null;
      if (url?.protocol !== 'http:')
        throw new EgressRefused('This is a proxy: send absolute http:// addresses, or CONNECT.');
      const upstream = await this.connectTo(url.hostname.replace(/^\[|\]$/g, ''), Number(url.port || 80));
      const headers = { ...request.headers, connection: 'close' };
      for (const name of ['proxy-connection', 'proxy-authorization', 'keep-alive', 'te', 'upgrade'])
        Reflect.deleteProperty(headers, name);
      const forwarded = httpRequest({
        method: request.method,
        path: url.pathname + url.search,
        headers,
        setHost: false,
        createConnection: () => upstream,
      });
      forwarded.on('response', answer => {
        try {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
        } catch {
          // A status or a header that Node reads and will not write. Unheard it would end this process, and the sandbox with it.
          upstream.destroy();
          response.writeHead(502).end('The other side’s answer is not HTTP.\n');
          return;
        }
        answer.pipe(response);
      });
      forwarded.on('error', () =>
        response.headersSent ? response.destroy() : response.writeHead(502).end('The other side did not answer.\n'),
      );
      response.on('close', () => upstream.destroy());
      request.pipe(forwarded);
    } catch (error) {
      response
        .writeHead(error instanceof EgressRefused ? 403 : 502, { 'content-type': 'text/plain' })
        .end(`${(error as Error).message}\n`);
    }
  }

  private async connectTo(host: string, port: number): Promise<Socket> {
    if (!this.policy.allowsPort(port))
      throw new EgressRefused(`Portico does not let a sandbox connect to port ${port}.`);
    const addresses = isIP(host) ? [host] : await this.resolve(host);
    const address = addresses.find(candidate => this.policy.allowsAddress(candidate));
    if (!address)
      throw new EgressRefused(
        `Portico does not let a sandbox connect to ${host}: only public addresses can be reached.`,
      );
    const upstream = connect({ host: address, port, noDelay: true });
    upstream.setTimeout(EGRESS_CONNECT_MS, () => upstream.destroy(new Error(`${host} did not answer in time.`)));
    await new Promise<void>((done, failed) => upstream.once('connect', done).once('error', failed));
    // The address really connected to, after any translation by the operating system.
    if (!this.policy.allowsAddress(upstream.remoteAddress ?? '')) {
      upstream.destroy();
      throw new EgressRefused(`Portico does not let a sandbox connect to ${host}.`);
    }
    upstream.setTimeout(EGRESS_IDLE_MS, () => upstream.destroy());
    upstream.on('error', () => upstream.destroy());
    this.open.add(upstream);
    upstream.on('close', () => {
      this.open.delete(upstream);
      this.rxBytes += upstream.bytesRead;
      this.txBytes += upstream.bytesWritten;
    });
    return upstream;
  }

  /** Bytes of finished and running connections. */
  traffic(): { rxBytes: number; txBytes: number } {
    const running = [...this.open].filter(socket => socket.remoteAddress !== undefined);
    return {
      rxBytes: this.rxBytes + running.reduce((sum, socket) => sum + socket.bytesRead, 0),
      txBytes: this.txBytes + running.reduce((sum, socket) => sum + socket.bytesWritten, 0),
    };
  }
}

function parseAuthority(authority: string, portDefault: number): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/@\s]+))(?::(\d{1,5}))?$/.exec(authority);
  if (!match) throw new EgressRefused('That is not a host and a port.');
  return { host: (match[1] ?? match[2]) as string, port: Number(match[3] ?? portDefault) };
}

function refusal(error: unknown): string {
  const refused = error instanceof EgressRefused;
  const sentence = refused ? error.message : 'The other side cannot be reached.';
  return `HTTP/1.1 ${refused ? '403 Forbidden' : '502 Bad Gateway'}\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${sentence}\n`;
}
