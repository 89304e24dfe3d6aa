import { constants } from 'node:os';
import type { ExecProcess, ExecRequest } from '@portico/plugin-fleet/runtime';
import type { PseudoTtyInfo, ServerChannel, Session } from 'ssh2';
import type { OpenConnection, RecordedTerminal } from '../../recordings/connection-evidence';
import { recordedNotice } from '../recorded-notice';
import { ChannelOutput } from './channel-output';
import type { ClientBackPressure } from './client-socket';

/** Environment a client may set, as Debian's sshd accepts it. */
const ACCEPTED_ENVIRONMENT = /^(LANG|LC_[A-Z]{1,32}|COLORTERM)$/;
const ENVIRONMENT_VALUE_LENGTH_MAX = 256;
/** Of different names; there are a dozen categories of language. More would only be memory held for one client. */
const ENVIRONMENT_VARIABLES_MAX = 32;
const TERMINAL_TYPE = /^[A-Za-z0-9._+-]{1,64}$/;
const TERMINAL_CELLS_MAX = 1000;
const COMMAND_LENGTH_MAX = 128 * 1024;
/** What OpenSSH itself says when it cannot run what was asked for. */
const EXIT_CANNOT_RUN = 255;
/** Signals the protocol has names for (RFC 4254, section 6.10); others are told as a shell tells them. */
const NAMED_SIGNALS = /^(ABRT|ALRM|FPE|HUP|ILL|INT|KILL|PIPE|QUIT|SEGV|TERM|USR1|USR2)$/;
const SIGNAL_STATUS = 128;

type Size = { cols: number; rows: number };
type End = { exitCode: number | null; signal: string | null };

/** One session channel: a shell, a command or sftp, run inside the instance. */
export interface SessionOptions {
  session: Session;
  /** Of the connection. Rejects when it could not be written down that somebody is in: then nothing runs. */
  evidence: Promise<OpenConnection>;
  exec(request: ExecRequest): Promise<ExecProcess>;
  backPressure: ClientBackPressure;
  /** Called whenever bytes move, either way. */
  active(): void;
  /** Calls back once, when the channel or its connection is gone. */
  onGone(listener: () => void): void;
}

/**
 * Bytes are passed on as fast as the slower side takes them; the exit status goes out after the last byte of output, as OpenSSH's client
 * expects. A client that leaves hangs up on what it started.
 */
export function serveSession(options: SessionOptions): void {
  const { session } = options;
  const environment: Record<string, string> = {};
  let pty: ({ term: string } & Size) | null = null;
  let running: ExecProcess | undefined;
  let recorded: RecordedTerminal | undefined;
  let isGone = false;
  options.onGone(() => {
    isGone = true;
    if (running !== undefined) hangUp(running);
    recorded?.end();
  });

  session.on('env', (accept, reject, info: { key: string; val: string }) => {
    if (!ACCEPTED_ENVIRONMENT.test(info.key) || info.val.length > ENVIRONMENT_VALUE_LENGTH_MAX) return reject?.();
    if (!(info.key in environment) && Object.keys(environment).length >= ENVIRONMENT_VARIABLES_MAX) return reject?.();
    environment[info.key] = info.val;
    accept?.();
  });
  session.on('pty', (accept, _reject, info: PseudoTtyInfo) => {
    pty = { term: TERMINAL_TYPE.test(info.term) ? info.term : 'xterm-256color', ...bounded(info) };
    accept?.();
  });
  session.on('window-change', (accept, _reject, info) => {
    // Before the program has started, it will start in this size.
    if (pty !== null) Object.assign(pty, bounded(info));
    if (pty !== null) running?.resize(bounded(info));
    if (running !== undefined) recorded?.resize(bounded(info));
    accept?.();
  });
  session.on('signal', (accept, _reject, info) => {
    running?.signal(info.name);
    accept?.();
  });

  const serve = async (channel: ServerChannel, command: ExecRequest['command']) => {
    const output = new ChannelOutput(channel, options.backPressure, piece => {
      options.active();
      recorded?.output(piece);
    });
    options.onGone(() => output.abandon());
    const asked = pty === null ? null : { ...(pty as { term: string } & Size) };
    let connection: OpenConnection;
    let process: ExecProcess;
    try {
      connection = await options.evidence;
      connection.used(command.kind);
      process = await options.exec({ command, pty: asked, environment });
    } catch (error) {
      if (isGone) return;
      const reason = error instanceof Error ? error.message : 'for a reason unknown';
      channel.stderr.write(`The workload cannot be reached: ${reason}\r\n`);
      return finish(channel, { exitCode: EXIT_CANNOT_RUN, signal: null });
    }
    if (isGone) return hangUp(process);
    running = process;
    // A terminal alone is recorded: what a command or a transfer says to a program is no screen somebody looked at.
    if (asked !== null) recorded = connection.record(asked);
    if (recorded !== undefined) channel.write(`\u001b[2m${recordedNotice.message}\u001b[0m\r\n`);
    if (asked !== null && pty !== null && (pty.cols !== asked.cols || pty.rows !== asked.rows)) process.resize(pty);
    const exited = new Promise<End>(resolve => process.onExit(resolve));
    // A program may stop reading, or end, before its input does.
    process.stdio.on('error', () => undefined);
    process.stdio.on('close', () => channel.resume());
    channel.on('data', options.active);
    channel.pipe(process.stdio);
    await Promise.all([output.pump(process.stdio, 'stdout'), output.pump(process.stderr, 'stderr'), exited]);
    if (!isGone) finish(channel, await exited);
  };

  const run = (accept: () => ServerChannel | undefined, command: ExecRequest['command']) => {
    // A session runs one thing (RFC 4254, section 6.5). `ssh2` asks about a second one too, and has no channel to give for it.
    const channel = accept();
    if (channel === undefined) return;
    // A client may close in the middle of a write, and whoever hears of an error nobody listens to is the whole process.
    channel.on('error', () => undefined);
    channel.stderr.on('error', () => undefined);
    serve(channel, command).catch(() => channel.end());
  };
  session.on('shell', accept => run(accept, { kind: 'shell' }));
  session.on('exec', (accept, reject, info) => {
    if (info.command.length > COMMAND_LENGTH_MAX) return reject?.();
    run(accept, { kind: 'command', line: info.command });
  });
  session.on('subsystem', (accept, reject, info) => {
    if (info.name !== 'sftp') return reject?.();
    run(accept, { kind: 'sftp' });
  });
}

function bounded(info: Size): Size {
  const bound = (value: number, fallback: number) => (value > 0 && value <= TERMINAL_CELLS_MAX ? value : fallback);
  return { cols: bound(info.cols, 80), rows: bound(info.rows, 24) };
}

function hangUp(process: ExecProcess): void {
  process.signal('HUP');
  process.stdio.destroy();
  process.stderr.destroy();
}

function finish(channel: ServerChannel, { exitCode, signal }: End): void {
  const name = signal?.replace(/^SIG/, '');
  if (name === undefined) channel.exit(exitCode ?? EXIT_CANNOT_RUN);
  else if (NAMED_SIGNALS.test(name)) channel.exit(name, false, '');
  else channel.exit(SIGNAL_STATUS + (constants.signals[`SIG${name}` as NodeJS.Signals] ?? 0));
  channel.end();
  // What the client still sends is for nobody; unread it would keep the channel from closing.
  channel.resume();
}
