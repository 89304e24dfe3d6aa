import type { Socket } from 'node:net';
import type { Connection } from 'ssh2';
import { isExchangingKeys } from './ssh2-internals';

/**
 * What may wait in memory for one client to read, over all its channels. `ssh2` writes whatever the client's channel windows allow, and a
 * client may grant itself gigabytes and read nothing.
 */
const UNSENT_BYTES_MAX = 512 * 1024;

/**
 * What channels send keeps to the bound above; answers to requests (RFC 4254, sections 4 and 5.4) are queued by `ssh2` as they come. A client with so much
 * of them unread is asking for more and reads nothing.
 */
const UNREAD_BYTES_MAX = 16 * 1024 * 1024;

/** Up to so many bytes are copied together: one piece costs the kernel half of what a list of three does. */
const COPIED_BYTES_MAX = 16 * 1024;

/** `ssh2` writes a packet in three pieces. All pieces of one turn leave in one system call, which a key press and a file both profit by. */
export function coalesceWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (chunk: Uint8Array) => boolean;
  const { end } = socket;
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  const flush = () => {
    const all = pieces;
    const length = bytes;
    pieces = [];
    bytes = 0;
    if (all.length === 0 || socket.destroyed || !socket.writable) return;
    if (socket.writableLength + length > UNREAD_BYTES_MAX) return void socket.destroy();
    if (length <= COPIED_BYTES_MAX) return void write(Buffer.concat(all, length));
    socket.cork();
    for (const piece of all) write(piece);
    socket.uncork();
  };
  socket.write = ((chunk: Uint8Array) => {
    if (pieces.push(chunk) === 1) process.nextTick(flush);
    bytes += chunk.length;
    return true;
  }) as Socket['write'];
  // What was said before the end goes out before it.
  socket.end = ((...args: Parameters<Socket['end']>) => {
    flush();
    return end.apply(socket, args);
  }) as Socket['end'];
}

/** Holds the channels of one client back while it does not read, or while keys are exchanged and nothing may be sent. */
export class ClientBackPressure {
  #waiting: (() => void)[] = [];

  constructor(
    private readonly connection: Connection,
    private readonly socket: Socket,
  ) {
    const wake = () => {
      for (const go of this.#waiting.splice(0)) go();
    };
    socket.on('drain', wake);
    socket.on('close', wake);
    connection.on('rekey', wake);
  }

  get hasRoom(): boolean {
    return this.socket.writableLength <= UNSENT_BYTES_MAX && !isExchangingKeys(this.connection);
  }

  /** Resolves when more may be sent, or when the client is gone and it does not matter. */
  async room(): Promise<void> {
    while (!this.socket.destroyed && !this.hasRoom) {
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }
}
