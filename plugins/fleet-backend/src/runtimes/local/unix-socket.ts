import { closeSync, constants, openSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname } from 'node:path';
import type { Socket } from 'node:net';

/** `sun_path` is 108 bytes with its terminator; a state directory may be deeper than that. */
const SOCKET_PATH_BYTES_MAX = 107;

/**
 * A name for the socket that fits, whatever the length of its path: through the descriptor of its directory. `release` gives the
 * descriptor back, once the socket is connected or listening.
 */
export function socketAddress(path: string): { address: string; release: () => void } {
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return { address: path, release: () => undefined };
  const directory = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  return { address: `/proc/self/fd/${directory}/${basename(path)}`, release: () => closeSync(directory) };
}

export function connectUnix(path: string, deadlineMs: number): Promise<Socket> {
  return new Promise((done, failed) => {
    const { address, release } = socketAddress(path);
    const socket = connect({ path: address, allowHalfOpen: true });
    const timer = setTimeout(() => socket.destroy(new Error('the connection was not accepted in time')), deadlineMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      release();
      socket.removeListener('error', onError);
      done(socket);
    });
    const onError = (error: Error) => {
      clearTimeout(timer);
      release();
      failed(error);
    };
    socket.once('error', onError);
  });
}
