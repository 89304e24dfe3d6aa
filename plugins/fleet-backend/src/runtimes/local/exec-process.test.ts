import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server, Socket } from 'node:net';
import { startExec } from './exec-process';
import { encodeJson, FrameReader, frameType, readJson } from './frames';
import { collect } from './testing/sandbox-bench';

/** Agents that the backend did not bring along: one of an earlier release, and one the tenant put in its place. */
const request = { command: { kind: 'command', line: 'x' }, pty: null, environment: {} } as const;
let directory: string;
let server: Server;
const sockets = new Set<Socket>();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'portico-agent-'));
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
  rmSync(directory, { recursive: true });
});

/** Hands each connection over with its greeting. */
async function agent(greeted: (socket: Socket, hello: Record<string, unknown>) => void): Promise<string> {
  server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    const reader = new FrameReader((_type, payload) => {
      socket.removeAllListeners('data');
      reader.stop();
      greeted(socket, readJson(payload));
    });
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
  });
  const path = join(directory, 'agent.sock');
  await new Promise<void>(done => server.listen(path, done));
  return path;
}

it('an agent of an earlier release, which knows one connection for input and output, is served', async () => {
  const streams: Record<string, Socket> = {};
  let control: Socket;
  const path = await agent((socket, hello) => {
    if (hello['op'] === 'exec') {
      control = socket;
      socket.write(encodeJson(frameType.accepted, { execId: 'e' }));
      return;
    }
    streams[String(hello['stream'])] = socket;
    const { stdio, stderr } = streams;
    if (!stdio || !stderr) return;
    control.write(encodeJson(frameType.accepted, { started: true }));
    stderr.end('problem');
    stdio.pipe(stdio).on('finish', () => control.end(encodeJson(frameType.exit, { exitCode: 7, signal: null })));
  });
  const process = await startExec(path, request);
  process.stdio.end('there and back');
  expect(await collect(process.stdio)).toBe('there and back');
  expect(await collect(process.stderr)).toBe('problem');
  expect(await new Promise(done => process.onExit(done))).toEqual({ exitCode: 7, signal: null });
  expect(Object.keys(streams).sort()).toEqual(['stderr', 'stdio']);
});

it.each([true, false])(
  'an agent that drops the streams it was given only fails the command (input apart: %s)',
  async separateInput => {
    const path = await agent((socket, hello) => {
      if (hello['op'] === 'exec') socket.write(encodeJson(frameType.accepted, { execId: 'e', separateInput }));
      else socket.destroy();
      if (hello['stream'] === 'stderr')
        for (const each of sockets) if (!each.destroyed) each.end(encodeJson(frameType.refused, { message: 'no' }));
    });
    await expect(startExec(path, request)).rejects.toMatchObject({ code: 'runtime_failed' });
  },
);
