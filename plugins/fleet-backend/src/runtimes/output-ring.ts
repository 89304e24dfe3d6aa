/**
 * The last bytes of a shell's output, addressed by their offset since it began. Invariant: bytes `[startSeq, endSeq)` are held, and
 * `endSeq - startSeq <= capacity`. Grows from small to its capacity, because most shells say little.
 */
export class OutputRing {
  startSeq = 0;
  endSeq = 0;
  private buffer: Buffer;

  constructor(
    private readonly capacity: number,
    initialBytes = Math.min(capacity, 64 * 1024),
  ) {
    this.buffer = Buffer.allocUnsafe(initialBytes);
  }

  append(chunk: Uint8Array): void {
    const bytes = chunk.length > this.capacity ? chunk.subarray(chunk.length - this.capacity) : chunk;
    const held = this.endSeq - this.startSeq;
    if (held + bytes.length > this.buffer.length && this.buffer.length < this.capacity) this.grow(held + bytes.length);
    this.endSeq += chunk.length;
    this.startSeq = Math.max(this.startSeq, this.endSeq - this.buffer.length);
    const at = (this.endSeq - bytes.length) % this.buffer.length;
    const first = Math.min(bytes.length, this.buffer.length - at);
    this.buffer.set(bytes.subarray(0, first), at);
    this.buffer.set(bytes.subarray(first), 0);
  }

  /** A view of at most `bytesMax` bytes from that offset, valid until the next append. Shorter where the buffer wraps. */
  view(fromSeq: number, bytesMax: number): Buffer {
    const at = fromSeq % this.buffer.length;
    const length = Math.min(bytesMax, this.endSeq - fromSeq, this.buffer.length - at);
    return this.buffer.subarray(at, at + length);
  }

  private grow(needed: number): void {
    let length = this.buffer.length;
    while (length < needed) length *= 2;
    const larger = Buffer.allocUnsafe(Math.min(length, this.capacity));
    for (let seq = this.startSeq; seq < this.endSeq;) {
      const piece = this.view(seq, this.endSeq - seq);
      const at = seq % larger.length;
      const first = Math.min(piece.length, larger.length - at);
      larger.set(piece.subarray(0, first), at);
      larger.set(piece.subarray(first), 0);
      seq += piece.length;
    }
    this.buffer = larger;
  }
}
