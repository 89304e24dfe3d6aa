import { createRequire } from 'node:module';
import { writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { INPUT_RETRY_MS, TERMINAL_DRAIN_MS } from '../limits';

interface PtyBinding {
  fork(
    file: string, argv: string[], environment: string[], directory: string, cols: number, rows: number, uid: number, gid: number,
    utf8: boolean, helper: string, onExit: (exitCode: number, signal: number) => void,
  ): { fd: number; pid: number };
  resize(fd: number, cols: number, rows: number): void;
} // prettier-ignore

/**
 * node-pty's native half, without its JavaScript half: that one drops what is still in the terminal 200 ms after the program ended even
 * when its reader was paused on purpose, and spins on the processor when a program does not read its input. Version 1.1.0 is pinned.
 */
const binding = createRequire(__filename)(
  `@lydell/node-pty-${process.platform}-${process.arch}/pty.node`,
) as PtyBinding;

interface TerminalOptions {
  file: string;
  args: readonly string[];
  cols: number;
  rows: number;
  directory: string;
  environment: Readonly<Record<string, string>>;
  onOutput: (chunk: Buffer) => void;
  /** After the last byte of output. */
  onEnd: (end: { exitCode: number; signal: number }) => void;
}

/** A program on a terminal of the sandbox's own devpts. */
export class Terminal {
  readonly pid: number;
  private readonly fd: number;
  private readonly stream: ReadStream;
  private readonly input: { bytes: Uint8Array; taken: () => void }[] = [];
  private retry: NodeJS.Timeout | null = null;
  private exit: { exitCode: number; signal: number } | null = null;
  private drain: NodeJS.Timeout | null = null;
  private closed = false;
  private ended = false;
  private paused = false;

  constructor(private readonly options: TerminalOptions) {
    const environment = Object.entries(options.environment).map(([name, value]) => `${name}=${value}`);
    const onExit = (exitCode: number, signal: number) => {
      this.exit = { exitCode, signal };
      this.settle();
    };
    const { cols, rows } = clampSize(options);
    const forked = binding.fork(
      options.file,
      [...options.args],
      environment,
      options.directory,
      cols,
      rows,
      -1,
      -1,
      false,
      '',
      onExit,
    );
    this.pid = forked.pid;
    this.fd = forked.fd;
    this.stream = new ReadStream(forked.fd);
    this.stream.on('data', (chunk: Buffer) => {
      options.onOutput(chunk);
      if (this.exit) this.settle();
    });
    // Reading from a terminal whose last user is gone fails with EIO: that is its end of file.
    this.stream.on('error', () => this.close());
    this.stream.on('end', () => this.close());
    this.stream.on('close', () => this.close());
  }

  /** `taken` is called when the terminal has accepted all of it, which for a program that does not read may be never. */
  write(bytes: Uint8Array, taken: () => void): void {
    this.input.push({ bytes, taken });
    if (this.input.length === 1) this.flushInput();
  }

  resize(size: { cols: number; rows: number }): void {
    if (this.closed) return;
    const { cols, rows } = clampSize(size);
    binding.resize(this.fd, cols, rows);
  }

  pause(): void {
    this.paused = true;
    this.stream.pause();
  }

  resume(): void {
    this.paused = false;
    this.stream.resume();
    if (this.exit) this.settle();
  }

  /** To the foreground of the terminal's session and everything in its group. */
  kill(signal: NodeJS.Signals): void {
    for (const target of [-this.pid, this.pid]) {
      try {
        process.kill(target, signal);
        return;
      } catch {
        continue;
      }
    }
  }

  private flushInput(): void {
    this.retry = null;
    for (let next = this.input[0]; next && !this.closed; next = this.input[0]) {
      let written = 0;
      try {
        written = writeSync(this.fd, next.bytes);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      }
      if (written < next.bytes.length) {
        next.bytes = next.bytes.subarray(written);
        this.retry = setTimeout(() => this.flushInput(), INPUT_RETRY_MS);
        return;
      }
      this.input.shift();
      next.taken();
    }
  }

  /** The program has ended; what it wrote may not all have been read, and its children may still hold the terminal. */
  private settle(): void {
    if (this.drain) clearTimeout(this.drain);
    this.drain = null;
    if (this.closed) this.finish();
    else if (!this.paused) this.drain = setTimeout(() => this.stream.destroy(), TERMINAL_DRAIN_MS);
  }

  private close(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.retry) clearTimeout(this.retry);
    this.stream.destroy();
    if (this.exit) this.finish();
  }

  private finish(): void {
    if (this.ended || !this.exit) return;
    this.ended = true;
    if (this.drain) clearTimeout(this.drain);
    this.options.onEnd(this.exit);
  }
}

const SIZE_MAX = 1000;
function clampSize(size: { cols: number; rows: number }): { cols: number; rows: number } {
  const clamp = (value: number, fallback: number) =>
    Number.isFinite(value) && value >= 1 ? Math.min(SIZE_MAX, Math.trunc(value)) : fallback;
  return { cols: clamp(size.cols, 80), rows: clamp(size.rows, 24) };
}
