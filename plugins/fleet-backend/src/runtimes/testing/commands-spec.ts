import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { collect, until } from '../local/testing/sandbox-bench';
import type { WorkloadBench } from './workload-bench';

/** What every runtime's commands and forwarded connections do. `one` is provisioned already. */
export function itRunsCommands(benchOf: () => WorkloadBench): void {
  let bench: WorkloadBench;
  const run: WorkloadBench['run'] = (...args) => bench.run(...args);
  beforeAll(() => {
    bench = benchOf();
  });

  describe('a command', () => {
    it('ends with its exit code or its signal', async () => {
      expect(await run('one', 'exit 42')).toMatchObject({ exitCode: 42, signal: null });
      expect(await run('one', 'kill -TERM $$')).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
      expect(await run('one', 'exit 3', { pty: { term: 'xterm', cols: 80, rows: 24 } })).toMatchObject({ exitCode: 3 });
      expect((await run('one', 'no-such-program')).exitCode).toBe(127);
    });

    it('keeps its two outputs apart and its input to itself', async () => {
      const process = await bench.runtime.exec(bench.instance('one'), {
        command: { kind: 'command', line: 'cat; echo problem >&2; echo $EXTRA' },
        pty: null,
        environment: { EXTRA: 'more' },
      });
      process.stdio.end(Buffer.alloc(3_000_000, 'i'));
      const [stdout, stderr] = await Promise.all([collect(process.stdio), collect(process.stderr)]);
      expect(stdout).toHaveLength(3_000_000 + 5);
      expect(stdout.endsWith('more\n')).toBe(true);
      expect(stderr).toBe('problem\n');
    });

    it('keeps the end of its streams for a reader who comes late', async () => {
      const process = await bench.runtime.exec(bench.instance('one'), {
        command: { kind: 'command', line: 'true' },
        pty: null,
        environment: {},
      });
      await new Promise(done => process.onExit(done));
      await run('one', 'true'); // Long enough for every end to have arrived.
      const ends = [process.stdio, process.stderr].map(stream => new Promise(done => stream.once('end', done)));
      for (const stream of [process.stdio, process.stderr]) stream.resume();
      await Promise.all(ends);
    });

    it('receives signals with everything it started', async () => {
      const process = await bench.runtime.exec(bench.instance('one'), {
        command: { kind: 'command', line: 'echo up; sleep 500; true' },
        pty: null,
        environment: {},
      });
      const exited = new Promise(done => process.onExit(done));
      await new Promise(done => process.stdio.once('data', done));
      // Also when its input has ended.
      process.stdio.end();
      process.signal('INT');
      await exited;
      expect((await run('one', 'pgrep -f "^sleep 500"')).exitCode).toBe(1);
    });

    it('is hung up on when its connection is dropped', async () => {
      const process = await bench.runtime.exec(bench.instance('one'), {
        command: { kind: 'command', line: 'echo up; exec sleep 501' },
        pty: null,
        environment: {},
      });
      await new Promise(done => process.stdio.once('data', done));
      process.stdio.destroy();
      await until('the command to end', async () => (await run('one', 'pgrep -f "^sleep 501"')).exitCode === 1);
    });

    it('on a terminal has its size, and follows it', async () => {
      const process = await bench.runtime.exec(bench.instance('one'), {
        command: { kind: 'shell' },
        pty: { term: 'vt100', cols: 90, rows: 20 },
        environment: {},
      });
      let text = '';
      process.stdio.on('data', chunk => (text += String(chunk)));
      process.stdio.write('stty size; echo $TERM\n');
      await until('the size', () => /20 90\r\n(?:[^]*)vt100\r/.test(text));
      process.resize({ cols: 70, rows: 10 });
      process.stdio.write('stty size; exit 5\n');
      expect(await new Promise(done => process.onExit(done))).toEqual({ exitCode: 5, signal: null });
      expect(text).toMatch(/10 70\r/);
    });
  });

  describe('a forwarded connection', () => {
    it('reaches a server inside, with half-closes, and nothing outside', async () => {
      await run(
        'one',
        `cat > ~/echo.py <<'END'
import socket
server = socket.create_server(('127.0.0.1', 4321))
open('up', 'w').close()
while True:
    client = server.accept()[0]
    said = b''
    while more := client.recv(4096):
        said += more
    client.sendall(said.upper())
    client.close()
END
setsid python3 ~/echo.py >/dev/null 2>&1 &`,
      );
      await until('the server inside', async () => (await run('one', 'test -e ~/up')).exitCode === 0);
      const connection = await bench.runtime.forward(bench.instance('one'), { host: '127.0.0.1', port: 4321 });
      connection.end('hello');
      expect(await collect(connection)).toBe('HELLO');

      const outside = createServer(socket => socket.end('outside')).listen(0, '127.0.0.1');
      await new Promise(done => outside.once('listening', done));
      const { port } = outside.address() as AddressInfo;
      await expect(bench.runtime.forward(bench.instance('one'), { host: '127.0.0.1', port })).rejects.toMatchObject({
        code: 'runtime_failed',
      });
      outside.close();
    });
  });
}
