import { createServer } from 'node:net';
import { request } from './testing/requests';
import { buildAssets, collect, SandboxBench, until } from './testing/sandbox-bench';
import { packetType, PacketReader, PacketWriter, openFlag, status } from './agent/sftp/packets';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

const assets = buildAssets();
let bench: SandboxBench;
const run: SandboxBench['run'] = (...args) => bench.run(...args);

beforeAll(async () => {
  bench = new SandboxBench(assets.directory);
  await bench.runtime.provision(request('one'));
});
afterAll(async () => {
  await bench.close();
  assets.remove();
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

describe('nvidia-smi', () => {
  it('lists the granted GPUs only and says that they are simulated', async () => {
    expect((await run('one', 'nvidia-smi -L')).output).toBe(
      'GPU 1: NVIDIA H200 (simulated) (UUID: GPU-1)\nGPU 6: NVIDIA H200 (simulated) (UUID: GPU-6)\n',
    );
    const table = (await run('one', 'nvidia-smi')).output;
    expect(table).toMatch(/SIMULATED/);
    expect(
      new Set(
        table
          .trim()
          .split('\n')
          .map(line => line.length),
      ).size,
    ).toBe(1);
  });

  it('answers the queries scripts ask', async () => {
    const fields = 'index,name,uuid,memory.total,memory.used,utilization.gpu,temperature.gpu,power.draw';
    expect((await run('one', `nvidia-smi --query-gpu=${fields} --format=csv`)).output).toBe(
      'index, name, uuid, memory.total [MiB], memory.used [MiB], utilization.gpu [%], temperature.gpu, power.draw [W]\n' +
        '1, NVIDIA H200, GPU-1, 144384 MiB, 4 MiB, 0 %, 32, 75.00 W\n6, NVIDIA H200, GPU-6, 144384 MiB, 4 MiB, 0 %, 32, 75.00 W\n',
    );
    expect((await run('one', 'nvidia-smi --query-gpu=index,memory.total --format=csv,noheader,nounits')).output).toBe(
      '1, 144384\n6, 144384\n',
    );
    expect((await run('one', 'nvidia-smi --query-gpu=nonsense --format=csv')).exitCode).toBe(2);
  });
});

describe('a forwarded connection', () => {
  it('reaches a server inside, with half-closes, and nothing outside', async () => {
    await run(
      'one',
      `cat > ~/echo.py <<'END'
import socketserver
class Upper(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.read().upper())
server = socketserver.TCPServer(('127.0.0.1', 4321), Upper)
open('up', 'w').close()
server.serve_forever()
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

describe('metrics', () => {
  it('are measured: a busy processor, a written file, a new process', async () => {
    await run(
      'one',
      'head -c 20000000 /dev/urandom > ~/big; setsid sh -c "while :; do :; done" >/dev/null 2>&1 & echo $! > ~/busy',
    );
    const sample = await until('a busy processor', async () => {
      const now = await bench.runtime.metrics(bench.instance('one'));
      return now.cpuPercent > 20 && now.diskBytesUsed > 20_000_000 ? now : null;
    });
    expect(sample.memoryBytesUsed).toBeGreaterThan(1_000_000);
    expect(sample.processes).toBeGreaterThanOrEqual(3);
    expect(sample.gpus).toHaveLength(2);
    expect(sample.gpus.every(gpu => gpu.simulated && gpu.utilizationPercent > 0)).toBe(true);
    await run('one', 'pkill -f "while :"; rm ~/big');
  });
});

/** Speaks the protocol by hand, as a client would, to each of the two servers a sandbox may have. */
class SftpClient {
  private buffer = Buffer.alloc(0);
  private id = 0;
  private waiting: ((packet: Buffer) => void)[] = [];
  constructor(private readonly stream: Duplex) {
    stream.on('data', (chunk: Buffer) => {
      this.buffer = Buffer.concat([this.buffer, chunk]);
      while (this.buffer.length >= 4 && this.buffer.length >= 4 + this.buffer.readUInt32BE(0)) {
        const length = this.buffer.readUInt32BE(0);
        this.waiting.shift()?.(this.buffer.subarray(4, 4 + length));
        this.buffer = this.buffer.subarray(4 + length);
      }
    });
  }
  send(writer: PacketWriter): Promise<{ type: number; packet: PacketReader }> {
    this.stream.write(writer.finish());
    return new Promise(done =>
      this.waiting.push(bytes => {
        const packet = new PacketReader(bytes);
        const type = packet.u8();
        if (type !== packetType.version) packet.u32();
        done({ type, packet });
      }),
    );
  }
  ask(type: number, fill: (writer: PacketWriter) => PacketWriter) {
    return this.send(fill(new PacketWriter(type, ++this.id)));
  }
  async code(type: number, fill: (writer: PacketWriter) => PacketWriter): Promise<number> {
    const reply = await this.ask(type, fill);
    expect(reply.type).toBe(packetType.status);
    return reply.packet.u32();
  }
}

describe.each(['system', 'bundled'])('sftp by the %s server', kind => {
  it('reads, writes, lists and refuses with proper codes', async () => {
    const environment: Record<string, string> = {};
    const id = kind === 'bundled' ? 'sftp-bundled' : 'sftp-system';
    await bench.runtime.provision(request(id));
    const process = await bench.runtime.exec(bench.instance(id), {
      command:
        kind === 'bundled'
          ? { kind: 'command', line: 'exec /run/.portico/node /run/.portico/agent.cjs sftp' }
          : { kind: 'sftp' },
      pty: null,
      environment,
    });
    const sftp = new SftpClient(process.stdio);
    expect((await sftp.send(new PacketWriter(packetType.init).u32(3))).packet.u32()).toBe(3);
    const home = (await sftp.ask(packetType.realpath, w => w.string('.'))).packet;
    expect([home.u32(), home.string().toString()]).toEqual([1, '/home/user']);

    expect(await sftp.code(packetType.mkdir, w => w.string('d').u32(0))).toBe(status.ok);
    const open = (path: string, flags: number) => sftp.ask(packetType.open, w => w.string(path).u32(flags).u32(0));
    const file = await open('d/f', openFlag.write | openFlag.create | openFlag.truncate);
    const handle = file.packet.string();
    expect(await sftp.code(packetType.write, w => w.string(handle).u64(0).string('hello'))).toBe(status.ok);
    expect(await sftp.code(packetType.write, w => w.string(handle).u64(5).string(' world'))).toBe(status.ok);
    expect(await sftp.code(packetType.fsetstat, w => w.string(handle).u32(4).u32(0o640))).toBe(status.ok);
    expect(await sftp.code(packetType.close, w => w.string(handle))).toBe(status.ok);

    const readHandle = (await open('d/f', openFlag.read)).packet.string();
    expect(
      (await sftp.ask(packetType.read, w => w.string(readHandle).u64(6).u32(100))).packet.string().toString(),
    ).toBe('world');
    expect(await sftp.code(packetType.read, w => w.string(readHandle).u64(11).u32(100))).toBe(status.eof);
    const attributes = (await sftp.ask(packetType.stat, w => w.string('d/f'))).packet.attributes();
    expect(attributes).toMatchObject({ size: 11 });
    expect(attributes.mode! & 0o777).toBe(0o640);

    expect(await sftp.code(packetType.symlink, w => w.string('d/f').string('link'))).toBe(status.ok);
    const target = (await sftp.ask(packetType.readlink, w => w.string('link'))).packet;
    expect([target.u32(), target.string().toString()]).toEqual([1, 'd/f']);
    expect(await sftp.code(packetType.rename, w => w.string('d/f').string('d/g'))).toBe(status.ok);
    const directory = (await sftp.ask(packetType.opendir, w => w.string('d'))).packet.string();
    const listing = (await sftp.ask(packetType.readdir, w => w.string(directory))).packet;
    const entries = Array.from(
      { length: listing.u32() },
      () => [listing.string().toString(), listing.string(), listing.attributes()][0],
    );
    expect(entries).toContain('g');

    expect(await sftp.code(packetType.stat, w => w.string('nothing'))).toBe(status.noSuchFile);
    expect(
      await sftp.code(packetType.open, w =>
        w
          .string('/usr/x')
          .u32(openFlag.write | openFlag.create)
          .u32(0),
      ),
    ).not.toBe(status.ok);
    expect(await sftp.code(packetType.rmdir, w => w.string('d'))).toBe(status.failure);
    expect(await sftp.code(packetType.remove, w => w.string('d/g'))).toBe(status.ok);
    expect(await sftp.code(packetType.rmdir, w => w.string('d'))).toBe(status.ok);
    process.stdio.end();
    await new Promise(done => process.onExit(done));
  });
});
