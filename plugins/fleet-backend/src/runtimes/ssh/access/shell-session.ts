import type { ClientChannel } from 'ssh2';
import { OutputRing } from '../../output-ring';
import {
  ENDED_SESSION_KEPT_MS,
  HANG_UP_GRACE_MS,
  INPUT_QUEUE_BYTES_MAX,
  OUTPUT_PIECE_BYTES,
  OUTPUT_WINDOW_BYTES,
  REPLAY_BYTES,
  STALLED_READER_MS,
} from './limits';
import { sendSignal } from './channel-signal';
import { SessionAttachment } from './shell-attachment';
import type { SharedShell, ShellEnd } from './shell-attachment';

/**
 * A shell in a container that outlives its readers, though not the backend: its terminal belongs to the container's sshd, and ends with the connection. Output goes into the ring; every attachment is
 * a cursor into it. The channel is read only while every attachment is within its window, so attached readers lose nothing and a slow one stops the program. With nobody attached the channel is always
 * read and the ring forgets its oldest bytes.
 */
export class ShellSession implements SharedShell {
  readonly #ring = new OutputRing(REPLAY_BYTES);
  readonly #attachments = new Set<SessionAttachment>();
  #exitCode: number | null = null;
  #exited = false;
  #end: ShellEnd | null = null;
  #isPumping = false;
  #pumpScheduled = false;
  #forget: NodeJS.Timeout | undefined;

  /** `forgotten` is called once: nobody will find the session any more. */
  constructor(
    readonly sessionId: string,
    private readonly channel: ClientChannel,
    private readonly forgotten: () => void,
  ) {
    channel.on('data', (chunk: Buffer) => {
      this.#ring.append(chunk);
      // At once: more than the ring holds may come in one turn.
      if (!this.#withinWindows()) channel.pause();
      this.#schedulePump();
    });
    channel.stderr.resume();
    channel.on('exit', (code: number | null) => {
      this.#exited = true;
      this.#exitCode = code;
    });
    // After the last byte: a channel says so only once everything before has been read.
    channel.on('close', () =>
      this.end(this.#exited ? { exitCode: this.#exitCode, reason: 'exited' } : { exitCode: null, reason: 'lost' }),
    );
  }

  attach(request: { cols: number; rows: number; afterSeq?: number }): SessionAttachment {
    clearTimeout(this.#forget);
    const wanted = Math.min(request.afterSeq ?? this.#ring.startSeq, this.#ring.endSeq);
    const attachment = new SessionAttachment(this, Math.max(wanted, this.#ring.startSeq), wanted);
    this.#attachments.add(attachment);
    this.resize(request);
    if (this.#end && this.#end.reason !== 'exited') attachment.close(this.#end);
    return attachment;
  }

  /** The shell is over: its readers get what is left of its output and then the end; with a lost connection the end at once. */
  end(end: ShellEnd): void {
    if (this.#end) return;
    this.#end = end;
    if (end.reason !== 'exited') {
      for (const attachment of [...this.#attachments]) attachment.close(end);
      this.forgotten();
      this.channel.close();
      this.channel.resume();
      return;
    }
    this.pump();
    this.#forgetWhenAlone();
  }

  write(attachment: SessionAttachment, bytes: Uint8Array): boolean {
    if (this.#end || this.#exited) return false;
    const goesOn = this.channel.write(Buffer.from(bytes)) && this.channel.writableLength === 0;
    if (this.channel.writableLength > INPUT_QUEUE_BYTES_MAX) attachment.close({ exitCode: null, reason: 'lost' });
    if (goesOn) return true;
    // Below its mark a channel never says that it has drained; a write of nothing that comes after does.
    this.channel.write('', () => attachment.drained());
    return false;
  }

  resize({ cols, rows }: { cols: number; rows: number }): void {
    if (!this.#end) this.channel.setWindow(rows, cols, 0, 0);
  }

  hangUp(): void {
    sendSignal(this.channel, 'HUP');
    setTimeout(() => {
      if (this.#end) return;
      sendSignal(this.channel, 'KILL');
      this.channel.close();
    }, HANG_UP_GRACE_MS).unref();
  }

  leave(attachment: SessionAttachment): void {
    if (attachment.stall) clearTimeout(attachment.stall);
    attachment.stall = null;
    this.#attachments.delete(attachment);
    this.#schedulePump();
    this.#forgetWhenAlone();
  }

  pump(): void {
    // A listener that acknowledges at once comes back here.
    if (this.#isPumping) return this.#schedulePump();
    this.#isPumping = true;
    for (const attachment of [...this.#attachments]) this.#send(attachment);
    this.#isPumping = false;
    const goesOn = this.#withinWindows();
    if (!goesOn) for (const attachment of this.#attachments) this.#watchStall(attachment);
    if (goesOn && this.channel.isPaused()) this.channel.resume();
    else if (!goesOn && !this.channel.isPaused()) this.channel.pause();
  }

  #withinWindows(): boolean {
    for (const attachment of this.#attachments) if (this.#isBehind(attachment)) return false;
    return true;
  }

  #isBehind(attachment: SessionAttachment): boolean {
    return this.#ring.endSeq - attachment.acknowledgedSeq >= OUTPUT_WINDOW_BYTES;
  }

  /** After the poll phase that brought the output: several reads become one piece, and a single one waits for nothing. */
  #schedulePump(): void {
    if (this.#pumpScheduled) return;
    this.#pumpScheduled = true;
    setImmediate(() => {
      this.#pumpScheduled = false;
      this.pump();
    });
  }

  #send(attachment: SessionAttachment): void {
    // The ring may only overtake a reader that joined far behind; it is told what it missed.
    if (attachment.sentSeq < this.#ring.startSeq) attachment.skipTo(this.#ring.startSeq);
    while (attachment.listening && !attachment.ended && attachment.sentSeq < this.#ring.endSeq) {
      const room = OUTPUT_WINDOW_BYTES - (attachment.sentSeq - attachment.acknowledgedSeq);
      if (room <= 0) break;
      // A copy: the reader keeps it longer than the ring does.
      attachment.send(Buffer.from(this.#ring.view(attachment.sentSeq, Math.min(room, OUTPUT_PIECE_BYTES))));
    }
    if (this.#end && attachment.listening && attachment.sentSeq === this.#ring.endSeq) attachment.close(this.#end);
  }

  /** Only a reader that holds up another is cut off, and only when it stops altogether for that long. */
  #watchStall(attachment: SessionAttachment): void {
    if (attachment.stall || this.#attachments.size < 2 || !this.#isBehind(attachment)) return;
    attachment.stall = setTimeout(() => {
      attachment.stall = null;
      if (this.#attachments.size > 1) attachment.close({ exitCode: null, reason: 'lost' });
    }, STALLED_READER_MS);
  }

  /** An ended session stays for a reader who was away; one who has seen its end needs it no more. */
  #forgetWhenAlone(): void {
    if (this.#end?.reason !== 'exited' || this.#attachments.size > 0) return;
    clearTimeout(this.#forget);
    this.#forget = setTimeout(() => this.forgotten(), ENDED_SESSION_KEPT_MS).unref();
  }
}
