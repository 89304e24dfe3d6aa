import { randomUUID } from 'node:crypto';
import { createServer, Socket } from 'node:net';
import { encodeJson, FrameError, FrameReader, frameType, readJson } from '../frames';
import { AGENT_CONNECTIONS_MAX, EXECS_MAX, SHELL_SESSIONS_MAX } from '../limits';
import { Exec } from './exec';
import { forward, relayEgress } from './forward';
import { serveSftp } from './sftp/sftp-server';
import { ShellSession } from './shell-session';
import { surroundings as findSurroundings } from './surroundings';
import type { Hello } from '../frames';

/**
 * The sandbox's inside: runs as the tenant, with nothing the tenant does not have. Serves the socket it was born with; ends when the
 * lifeline to its supervisor closes, and everything in the sandbox with it.
 */
const LIFELINE_FD = 3;
const LISTEN_FD = 4;

const shells = new Map<string, ShellSession>();
const execs = new Map<string, Exec>();
const surroundings = findSurroundings();

function serve(socket: Socket): void {
  let onFrame: ((type: number, payload: Buffer) => void) | null = null;
  socket.on('error', () => socket.destroy());
  const reader = new FrameReader((type, payload) => {
    if (onFrame) return onFrame(type, payload);
    if (type !== frameType.hello) throw new FrameError('a connection begins with a greeting');
    onFrame = greet(socket, readJson(payload) as Hello, () => {
      socket.removeListener('data', onData);
      reader.stop();
      // Reading stops at the descriptor itself: what comes next belongs to whoever is given it.
      socket.pause();
      const handle = (socket as unknown as { _handle: { readStop(): void; reading: boolean } })._handle;
      handle.readStop();
      handle.reading = false;
    });
  });
  const onData = (chunk: Buffer) => {
    try {
      reader.push(chunk);
    } catch (error) {
      if (!socket.destroyed) socket.end(encodeJson(frameType.refused, { message: (error as Error).message }));
    }
  };
  socket.on('data', onData);
  // Framed connections have no half-open state; raw ones do.
  socket.on('end', () => onFrame && socket.destroy());
}

function greet(socket: Socket, hello: Hello, takeRaw: () => void): ((type: number, payload: Buffer) => void) | null {
  switch (hello.op) {
    case 'shell':
      return shellFor(hello).attach(socket, hello);
    case 'exec': {
      if (execs.size >= EXECS_MAX) throw new Error(`No more than ${EXECS_MAX} commands can run at once.`);
      const execId = randomUUID();
      const exec = new Exec(socket, hello, surroundings);
      execs.set(execId, exec);
      socket.on('close', () => execs.delete(execId));
      socket.write(encodeJson(frameType.accepted, { execId, separateInput: hello.separateInput === true }));
      return (type, payload) => exec.onFrame(type, payload);
    }
    case 'exec-stream': {
      const exec = execs.get(hello.execId);
      if (!exec) throw new Error('That command is gone.');
      takeRaw();
      exec.connectStream(hello.stream, socket);
      return null;
    }
    case 'forward':
      takeRaw();
      forward(socket, hello);
      return null;
    case 'ping':
      socket.end(encodeJson(frameType.accepted, {}));
      return null;
    default:
      throw new FrameError('an unknown greeting');
  }
}

function shellFor(hello: Extract<Hello, { op: 'shell' }>): ShellSession {
  const { sessionId } = hello;
  const existing = shells.get(sessionId);
  if (existing) return existing;
  for (const [id, session] of shells) if (shells.size >= SHELL_SESSIONS_MAX && session.ended) shells.delete(id);
  if (shells.size >= SHELL_SESSIONS_MAX)
    throw new Error(`No more than ${SHELL_SESSIONS_MAX} shells can be open at once.`);
  const session: ShellSession = new ShellSession({
    sessionId,
    file: surroundings.shell,
    args: ['-l'],
    cols: hello.cols,
    rows: hello.rows,
    directory: surroundings.directory(),
    environment: surroundings.environment,
    onForgotten: () => shells.delete(sessionId),
  });
  shells.set(sessionId, session);
  return session;
}

function main(): void {
  const lifeline = new Socket({ fd: LIFELINE_FD });
  lifeline.on('close', () => process.exit(0));
  lifeline.on('error', () => process.exit(0));
  lifeline.resume();
  // A tenant's Ctrl-C at the wrong place, or a `kill -TERM -1`, must not end its allocation.
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGPIPE'] as const) process.on(signal, () => undefined);
  process.umask(0o022);
  const egressSocket = process.env['PORTICO_EGRESS_SOCKET'];
  if (egressSocket) relayEgress(egressSocket);
  const server = createServer({ allowHalfOpen: true }, serve);
  server.maxConnections = AGENT_CONNECTIONS_MAX;
  server.listen({ fd: LISTEN_FD }, () => lifeline.write('r'));
}

if (process.argv[2] === 'sftp') serveSftp(process.stdin, process.stdout);
else main();
