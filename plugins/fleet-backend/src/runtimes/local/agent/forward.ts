import { connect, createServer } from 'node:net';
import { encodeJson, frameType } from '../frames';
import { EGRESS_PORT, FORWARD_CONNECT_MS } from '../limits';
import type { Socket } from 'node:net';

/** Connects from inside the sandbox's network and joins the two ends, half-closes included. */
export function forward(client: Socket, target: { host: string; port: number }): void {
  const upstream = connect({ host: target.host, port: target.port, allowHalfOpen: true, noDelay: true });
  const timer = setTimeout(() => upstream.destroy(new Error('nothing answered in time')), FORWARD_CONNECT_MS);
  upstream.once('connect', () => {
    clearTimeout(timer);
    client.write(encodeJson(frameType.accepted, {}));
    join(client, upstream);
  });
  upstream.once('error', error => {
    clearTimeout(timer);
    if (!client.destroyed) client.end(encodeJson(frameType.refused, { message: error.message }));
  });
  client.once('close', () => upstream.destroy());
}

function join(a: Socket, b: Socket): void {
  a.pipe(b);
  b.pipe(a);
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    one.on('error', () => other.destroy());
    // A clean end on one side lets the other finish; anything else ends both.
    one.on('close', hadError => hadError && other.destroy());
  }
}

/** Gives programs inside a proxy where they expect one, on their own loopback; the proxy itself is outside, behind a Unix socket. */
export function relayEgress(socketPath: string): void {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, client => {
    const upstream = connect({ path: socketPath, allowHalfOpen: true });
    join(client, upstream);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  server.on('error', () => undefined);
  server.listen(EGRESS_PORT, '127.0.0.1');
}
