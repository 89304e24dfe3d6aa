import { encodeJson, FrameError, FrameReader, frameType, readJson } from './frames';
import { CONNECT_DEADLINE_MS } from './limits';
import { RuntimeError } from './port';
import { RawStream } from './raw-stream';
import { connectUnix } from './unix-socket';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Hello } from './frames';

/** An answered greeting. Frames that follow go to `onFrame`; `takeRaw` ends framing and leaves a plain byte stream. */
export interface AgentConnection {
  socket: Socket;
  answer: Record<string, unknown>;
  onFrame(listener: (type: number, payload: Buffer) => void): void;
  takeRaw(): Duplex;
}

/** Opens one connection to the agent of an allocation. Everything that comes from it is the tenant's word and bounded as such. */
export async function greetAgent(socketPath: string, hello: Hello): Promise<AgentConnection> {
  let socket: Socket;
  try {
    socket = await connectUnix(socketPath, CONNECT_DEADLINE_MS);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ECONNREFUSED')
      throw new RuntimeError('instance_missing', 'The sandbox is not running.', { cause: error });
    throw new RuntimeError('runtime_failed', `The sandbox does not answer: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  return new Promise((done, failed) => {
    let listener: ((type: number, payload: Buffer) => void) | null = null;
    let answered = false;
    const early: [number, Buffer][] = [];
    const fail = (message: string) => {
      clearTimeout(timer);
      socket.destroy();
      if (!answered) failed(new RuntimeError('runtime_failed', message));
    };
    const timer = setTimeout(() => fail('The sandbox does not answer.'), CONNECT_DEADLINE_MS);
    const reader = new FrameReader((type, payload) => {
      if (!answered) {
        if (type === frameType.refused) return fail(refusalMessage(payload));
        if (type !== frameType.accepted) throw new FrameError('an answer was expected');
        const answer = readJson(payload);
        answered = true;
        clearTimeout(timer);
        done({ socket, answer, onFrame, takeRaw });
      } else if (listener) listener(type, payload);
      else early.push([type, payload]);
    });
    const onData = (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        fail(`The sandbox broke the protocol: ${(error as Error).message}.`);
      }
    };
    const onFrame = (next: (type: number, payload: Buffer) => void) => {
      listener = next;
      for (const [type, payload] of early.splice(0)) next(type, payload);
      socket.resume();
    };
    const takeRaw = () => {
      socket.removeListener('data', onData);
      socket.removeListener('end', onEnd);
      socket.pause();
      const rest = reader.stop();
      if (rest.length > 0) socket.unshift(rest);
      return new RawStream(socket);
    };
    // Only raw connections have a half-open state.
    const onEnd = () => socket.destroy();
    socket.on('data', onData);
    socket.on('end', onEnd);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => fail('The sandbox closed the connection.'));
    socket.write(encodeJson(frameType.hello, hello));
  });
}

/** The tenant's agent wrote it: one line, printable, short. */
function refusalMessage(payload: Buffer): string {
  const message = String(readJson(payload)['message'] ?? '').replaceAll(/[^\x20-\x7e]/g, ' ');
  return `The sandbox refused: ${message.slice(0, 200)}`;
}
