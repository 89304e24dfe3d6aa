import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeJson, encodeOffset, frameType } from './frames';
import { FRAME_BYTES_MAX, OUTPUT_WINDOW_BYTES } from './limits';
import { attachShell } from './shell-attachment';
import { until } from './testing/sandbox-bench';

/** The agent runs as the tenant, who may put another in its place: here is one that keeps to nothing. */
let directory: string;
let server: Server;
let agent: Socket | null = null;
const path = () => join(directory, 'agent.sock');

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'portico-agent-'));
  server = createServer(socket => {
    agent = socket;
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(encodeJson(frameType.accepted, { fromSeq: 0, gapFromSeq: null })));
  });
  await new Promise<void>(done => server.listen(path(), done));
});
afterEach(() => {
  agent?.destroy();
  server.close();
  rmSync(directory, { recursive: true });
});

async function attach() {
  const shell = await attachShell(path(), { sessionId: 's', cols: 80, rows: 24 }, () => 'lost');
  let end: { reason: string } | null = null;
  let bytes = 0;
  let gaps = 0;
  shell.onClose(given => (end = given));
  shell.onGap(() => gaps++);
  shell.onOutput(chunk => (bytes += chunk.length));
  return { shell, end: () => end, bytes: () => bytes, gaps: () => gaps };
}

it('output beyond the window ends the attachment: the rest of it would be ours to keep', async () => {
  const reader = await attach();
  const piece = Buffer.alloc(FRAME_BYTES_MAX / 2);
  for (let seq = 0; seq < 64 * OUTPUT_WINDOW_BYTES; seq += piece.length)
    agent?.write(encodeOffset(frameType.output, seq, piece));
  await until('the end', reader.end);
  expect(reader.end()).toMatchObject({ reason: 'lost' });
  expect(reader.bytes()).toBeLessThanOrEqual(OUTPUT_WINDOW_BYTES);
});

it('output within what was acknowledged goes on', async () => {
  const reader = await attach();
  reader.shell.onOutput((chunk, seq) => reader.shell.acknowledge(seq + chunk.length));
  const piece = Buffer.alloc(FRAME_BYTES_MAX / 4);
  let last = 0;
  for (let seq = 0; seq < 4 * OUTPUT_WINDOW_BYTES; seq += piece.length) {
    agent?.write(encodeOffset(frameType.output, seq, piece));
    last = seq + piece.length;
    await new Promise(setImmediate);
  }
  agent?.end(encodeJson(frameType.exit, { exitCode: 0 }));
  await until('the end', reader.end);
  expect(reader.end()).toMatchObject({ reason: 'exited' });
  expect(last).toBe(4 * OUTPUT_WINDOW_BYTES);
});

it.each([
  ['goes nowhere', { fromSeq: 0, toSeq: 0 }],
  ['goes back', { fromSeq: 5, toSeq: -1 }],
  ['is no number', { fromSeq: 'x'.repeat(1000), toSeq: 7 }],
])('a gap that %s ends the attachment', async (_name, gap) => {
  const reader = await attach();
  for (let count = 0; count < 1000; count += 1) agent?.write(encodeJson(frameType.gap, gap));
  await until('the end', reader.end);
  expect(reader.gaps()).toBe(0);
});
