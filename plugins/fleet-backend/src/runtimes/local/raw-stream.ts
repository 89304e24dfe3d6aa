import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';

/**
 * A socket that keeps its end for whoever reads it. A plain one that closes without a byte says `end` to nobody when its reader is a
 * moment late, and the reader then waits for ever: an error stream with nothing on it, a server that hangs up at once.
 */
export class RawStream extends Duplex {
  constructor(private readonly socket: Socket) {
    super({ allowHalfOpen: true });
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', error => this.destroy(error));
    // A close without an end is an end too: the other side is gone, and what it said has been read.
    socket.on('close', () => {
      if (!socket.readableEnded) this.push(null);
    });
    if (socket.closed) this.push(null);
    socket.resume();
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.socket.destroy();
    // Whoever drops a stream knows why; nobody need listen for the consequence.
    done(this.listenerCount('error') > 0 ? error : null);
  }
}
