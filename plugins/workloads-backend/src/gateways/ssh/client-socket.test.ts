import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { coalesceWrites } from './client-socket';

const MEBIBYTE = 1024 * 1024;

it('a client that leaves its answers unread is cut off before they fill the memory', async () => {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>(resolve => server.once('connection', resolve));
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  client.on('error', () => undefined);
  const socket = await accepted;
  coalesceWrites(socket);
  let mostQueued = 0;
  for (let sent = 0; sent < 1024 && !socket.destroyed; sent += 1) {
    socket.write(Buffer.alloc(MEBIBYTE));
    await new Promise(resolve => setImmediate(resolve));
    mostQueued = Math.max(mostQueued, socket.writableLength);
  }
  expect(socket.destroyed).toBe(true);
  expect(mostQueued).toBeLessThan(32 * MEBIBYTE);
  client.destroy();
  server.close();
});
