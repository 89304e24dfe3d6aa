import { RawStream } from './raw-stream';
import type { Socket } from 'node:net';

/**
 * What a command prints, and what it is given to read, over a connection each. Input that breaks ends nothing but itself: a program need
 * not read all it is given, nor any of it, and still has things to say and a way to end. What it will not read is taken and forgotten, as an SSH
 * server does, so that whoever sends it comes to its end.
 */
export class CommandStream extends RawStream {
  constructor(
    output: Socket,
    private readonly input: Socket,
  ) {
    super(output);
    input.on('error', () => input.destroy());
    // Nothing is to be said here: an end is the program closing its input, and a byte is a program that will not be listened to.
    input.on('end', () => input.destroy());
    input.once('data', () => input.pause());
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.input.destroyed) done();
    else this.input.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    if (this.input.destroyed) done();
    else this.input.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.input.destroy();
    super._destroy(error, done);
  }
}
