import type { AddressInfo } from 'node:net';
import type { ShellAttachment } from '@portico/plugin-fleet/runtime';
import { TestClock, waitFor } from '@portico/plugin-kit/testing';
import { WebSocketServer } from 'ws';
import { TerminalClient } from '../testing/terminal-client';
import { closeCodes } from './control-frames';
import { TerminalConnection } from './terminal-connection';

/** A shell of which a test decides what it says and when. */
class PlayedShell implements ShellAttachment {
  readonly sessionId = 'term_1';
  readonly written: string[] = [];
  acknowledged = 0;
  detached = 0;
  #output: (chunk: Uint8Array, seq: number) => void = () => undefined;
  #close: Parameters<ShellAttachment['onClose']>[0] = () => undefined;
  #drain: () => void = () => undefined;
  takesInput = true;

  constructor(readonly fromSeq = 0) {}

  says(text: string, seq = this.fromSeq): void {
    this.#output(Buffer.from(text), seq);
  }
  ends(end: { exitCode: number | null; reason: 'exited' | 'lost' | 'released' }): void {
    this.#close(end);
  }
  drains(): void {
    this.takesInput = true;
    this.#drain();
  }
  onOutput(listener: (chunk: Uint8Array, seq: number) => void): void {
    this.#output = listener;
  }
  onClose(listener: Parameters<ShellAttachment['onClose']>[0]): void {
    this.#close = listener;
  }
  onDrain(listener: () => void): void {
    this.#drain = listener;
  }
  onGap(): void {}
  write(bytes: Uint8Array): boolean {
    this.written.push(Buffer.from(bytes).toString());
    return this.takesInput;
  }
  acknowledge(seq: number): void {
    this.acknowledged = Math.max(this.acknowledged, seq);
  }
  detach(): void {
    this.detached += 1;
    this.#close({ exitCode: null, reason: 'lost' });
  }
  resize(): void {}
  terminate(): void {}
}

let server: WebSocketServer;
let clock: TestClock;
let shell: PlayedShell;
let connection: TerminalConnection | undefined;
let open: () => Promise<PlayedShell>;
const events: string[] = [];
let timesActive: number;

beforeEach(async () => {
  clock = new TestClock();
  shell = new PlayedShell();
  open = async () => shell;
  events.length = 0;
  timesActive = 0;
  connection = undefined;
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', socket => {
    socket.pause();
    connection = new TerminalConnection(socket, {
      clock,
      active: () => (timesActive += 1),
      idleSeconds: 600,
      sessionSeconds: 3600,
      open: async () => ({ sessionId: 'term_1', attachment: await open(), recorded: undefined }),
      exited: async () => void events.push('exited'),
      openFailed: () => ({
        code: closeCodes.internal,
        control: { type: 'error', code: 'shell_unavailable', message: 'No.' },
      }),
      closed: () => events.push('closed'),
    });
  });
  await new Promise(resolve => server.once('listening', resolve));
});
afterEach(async () => {
  for (const socket of server.clients) socket.terminate();
  await new Promise(resolve => server.close(resolve));
  // Whatever a test did: nothing of a connection that is gone waits for anything.
  await waitFor(() => clock.sleepers === 0, 'every timer to be gone');
});

async function connect(options: { acknowledge?: boolean; autoPong?: boolean } = {}): Promise<TerminalClient> {
  const { port } = server.address() as AddressInfo;
  const client = await new TerminalClient(`http://127.0.0.1:${port}`, 'alloc_1', 'token', options).opened();
  await waitFor(() => connection, 'the connection');
  return client;
}

it('ends who does not attach in time', async () => {
  const client = await connect();
  await clock.advance(10_000);
  expect(await client.ended()).toEqual({ code: 4408, reason: 'attach_timeout' });
  expect(events).toEqual(['closed']);
});

it('counts typing, resizing and output as use, and neither pings nor acknowledgements', async () => {
  const client = await connect();
  await client.attach();
  client.send({ type: 'ping' });
  await client.told('pong');
  client.send({ type: 'ack', seq: 0 });
  client.send({ type: 'ping' });
  await waitFor(() => client.controls.filter(({ type }) => type === 'pong').length === 2, 'both answers');
  expect(timesActive).toBe(0);
  client.type('a');
  await waitFor(() => timesActive === 1, 'a key press to count');
  client.send({ type: 'resize', cols: 90, rows: 20 });
  await waitFor(() => timesActive === 2, 'a resize to count');
  shell.says('b');
  await waitFor(() => timesActive === 3, 'output to count');
});

it('ends when nobody types or is shown anything for long, however often the client pings', async () => {
  const client = await connect();
  await client.attach();
  await clock.advance(590_000);
  shell.says('still here');
  await client.sees(/still here/);
  await waitFor(() => shell.acknowledged > 0 || client.seq > 0);
  await clock.advance(590_000);
  client.type('x');
  await waitFor(() => shell.written.length === 1);
  await clock.advance(590_000);
  client.send({ type: 'ping' });
  await client.told('pong');
  expect(client.close).toBeUndefined();
  await clock.advance(10_000);
  expect(await client.told('closed')).toEqual({ type: 'closed', exit_code: null, reason: 'idle_limit' });
  expect(await client.ended()).toEqual({ code: 1000, reason: 'idle_limit' });
  expect(shell.detached).toBe(1);
});

it('ends at its longest duration although it is busy; the shell goes on', async () => {
  const client = await connect();
  await client.attach();
  for (let minutes = 0; minutes < 59; minutes += 1) {
    await clock.advance(60_000);
    client.type('x');
    await waitFor(() => shell.written.length === minutes + 1);
  }
  expect(client.close).toBeUndefined();
  await clock.advance(60_000);
  expect(await client.told('closed')).toEqual({ type: 'closed', exit_code: null, reason: 'session_limit' });
  await client.ended();
  expect({ detached: shell.detached, events }).toEqual({ detached: 1, events: ['closed'] });
});

it('takes a client that answers no heartbeat for gone, and no other', async () => {
  const client = await connect({ autoPong: false });
  await client.attach();
  for (let beats = 1; beats <= 2; beats += 1) {
    await clock.advance(15_000);
    await waitFor(() => client.pings === beats);
  }
  client.socket.pong();
  client.send({ type: 'ping' });
  await client.told('pong');
  await clock.advance(15_000);
  await waitFor(() => client.pings === 3);
  expect(client.close).toBeUndefined();
  await clock.advance(15_000);
  await waitFor(() => client.pings === 4);
  await clock.advance(15_000);
  expect(await client.ended()).toMatchObject({ code: 1006 });
  await waitFor(() => shell.detached === 1);
});

it('lets nothing through once it is told to end, and cuts off who does not answer', async () => {
  const client = await connect();
  await client.attach();
  client.socket.pause();
  connection?.end(closeCodes.unauthorized, 'signed_out');
  for (let typed = 0; typed < 5; typed += 1) client.type('rm -rf /\n');
  await clock.advance(1_000);
  expect(server.clients.size).toBe(1);
  await clock.advance(1_000);
  await waitFor(() => server.clients.size === 0);
  expect({ written: shell.written, detached: shell.detached, events }).toEqual({
    written: [],
    detached: 1,
    events: ['closed'],
  });
});

it('tells of an exit only when it is written down', async () => {
  const client = await connect();
  await client.attach();
  shell.says('bye');
  shell.ends({ exitCode: 3, reason: 'exited' });
  expect(events).toEqual(['exited']);
  expect(await client.told('closed')).toEqual({ type: 'closed', exit_code: 3, reason: 'exited' });
  expect(client.text).toBe('bye');
});

it('does not call a lost attachment the end of the shell', async () => {
  const client = await connect();
  await client.attach();
  shell.ends({ exitCode: null, reason: 'lost' });
  expect(await client.ended()).toEqual({ code: 4410, reason: 'attachment_lost' });
  expect(events).toEqual(['closed']);
});

it('lets go of a shell that is opened for a client that has left', async () => {
  let opened: (shell: PlayedShell) => void = () => undefined;
  open = () => new Promise(resolve => (opened = resolve));
  const client = await connect();
  client.send({ type: 'attach', cols: 80, rows: 24 });
  await waitFor(() => [...server.clients].some(socket => socket.isPaused));
  connection?.end(closeCodes.unauthorized, 'signed_out');
  await client.ended();
  opened(shell);
  await waitFor(() => shell.detached === 1);
  expect(client.controls).toEqual([]);
});

it('says when the shell cannot be opened', async () => {
  open = () => Promise.reject(new Error('no sandbox'));
  const client = await connect();
  client.send({ type: 'attach', cols: 80, rows: 24 });
  expect(await client.told('error')).toEqual({ type: 'error', code: 'shell_unavailable', message: 'No.' });
  expect(await client.ended()).toEqual({ code: 4500, reason: 'shell_unavailable' });
});

it('goes by the client’s word once it acknowledges, and by the network’s while it cannot be heard', async () => {
  const client = await connect({ acknowledge: false });
  await client.attach();
  shell.says('a'.repeat(100));
  await waitFor(() => shell.acknowledged === 100);
  client.send({ type: 'ack', seq: 100 });
  client.send({ type: 'ping' });
  await client.told('pong');
  shell.says('b'.repeat(100), 100);
  await client.sees(/b{100}/);
  expect(shell.acknowledged).toBe(100);
  // The shell takes no input: what the client sends, acknowledgements included, waits.
  shell.takesInput = false;
  client.type('a paste');
  await waitFor(() => shell.acknowledged === 200);
  client.type('more of it');
  shell.drains();
  await waitFor(() => shell.written.length === 2);
});
