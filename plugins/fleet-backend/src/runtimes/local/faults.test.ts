import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuntimeError } from './port';
import { chooseIsolation } from './sandbox/isolation';
import { measureTree } from './process-table';
import { node, request } from './testing/requests';
import { buildAssets, Reader, SandboxBench, until } from './testing/sandbox-bench';

const assets = buildAssets();
afterAll(() => assets.remove());

const asRoot = process.getuid?.() === 0;
if (!asRoot) process.stderr.write('SKIPPED: full and read-only disks, because making them takes root.\n');

(asRoot ? describe : describe.skip)('a disk that refuses', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'portico-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory]);
  });
  afterEach(() => {
    execFileSync('umount', ['-l', directory]);
    rmSync(directory, { recursive: true });
  });

  it('because it is full: says so, keeps nothing, and works when there is room again', async () => {
    const stateDirectory = join(directory, 'state');
    const bench = new SandboxBench(assets.directory, { stateDirectory });
    await bench.runtime.probe(node);
    const filler = join(directory, 'filler');
    try {
      writeFileSync(filler, Buffer.alloc(1024 * 1024));
    } catch {
      // Now it is full.
    }
    const failure = await bench.runtime.provision(request('one')).catch(error => error as RuntimeError);
    expect(failure).toMatchObject({ code: 'disk_full', message: expect.stringContaining('full') });
    expect(readdirSync(join(stateDirectory, 'allocations'))).toEqual([]);
    expect(await bench.runtime.observe(bench.instance('one'))).toMatchObject({ state: 'absent' });
    rmSync(filler);
    await bench.runtime.provision(request('one'));
    await bench.runtime.release({ ...bench.instance('one'), fencingToken: 2 });
    await bench.close();
  });

  it('because it is read-only: says so before anything is begun', async () => {
    const stateDirectory = join(directory, 'state');
    const bench = new SandboxBench(assets.directory, { stateDirectory });
    await bench.runtime.probe(node);
    execFileSync('mount', ['-o', 'remount,ro', directory]);
    await expect(bench.runtime.provision(request('one'))).rejects.toMatchObject({
      code: 'disk_full',
      message: expect.stringContaining('read-only'),
    });
    expect(() => bench.again({ stateDirectory: join(directory, 'other') })).toThrow(
      expect.objectContaining({ code: 'disk_full' }),
    );
    execFileSync('mount', ['-o', 'remount,rw', directory]);
    await bench.close();
  });
});

it('a tenant that writes beyond its disk is stopped, and can still log in to delete', async () => {
  const bench = new SandboxBench(assets.directory);
  try {
    await bench.runtime.provision(request('big', { diskBytes: 8 * 1024 * 1024 }));
    const one = await bench.run('big', 'head -c 20000000 /dev/zero > ~/one; echo $?');
    expect(one.output).not.toMatch(/^0$/m);
    await bench.run(
      'big',
      'setsid sh -c "for i in 1 2 3 4 5 6; do head -c 4000000 /dev/zero > ~/f\\$i; done; sleep 900" >/dev/null 2>&1 &',
    );
    await until(
      'the writer to be killed',
      async () => (await bench.run('big', 'pgrep -f "^sleep 900"')).exitCode === 1,
      25_000,
    );
    expect((await bench.run('big', 'rm ~/f* ~/one; echo cleaned')).output).toBe('cleaned\n');
  } finally {
    await bench.close();
  }
});

it('a file that is deleted and still written to counts as well', async () => {
  const bench = new SandboxBench(assets.directory);
  const program = `import os,time
held = []
for _ in range(6):
  held.append(open('f', 'wb')); os.remove('f'); held[-1].write(b'x' * 4000000); held[-1].flush()
time.sleep(902)`;
  const runs = async () => (await bench.run('sly', 'pgrep -f "[s]leep.902"')).exitCode === 0;
  try {
    await bench.runtime.provision(request('sly', { diskBytes: 8 * 1024 * 1024 }));
    await bench.run('sly', `setsid python3 -c "${program}" >/dev/null 2>&1 &`);
    await until('the writer to run', runs);
    expect((await bench.run('sly', 'ls ~')).output).toBe('');
    await until('the writer to be killed', async () => !(await runs()), 25_000);
  } finally {
    await bench.close();
  }
});

(asRoot ? it : it.skip)(
  'a tenant within its limit is stopped all the same when it fills the portal’s disk',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'portico-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128m', 'tmpfs', directory]);
    const bench = new SandboxBench(assets.directory, { stateDirectory: join(directory, 'state') });
    try {
      await bench.runtime.provision(request('greedy', { diskBytes: 1024 ** 3 }));
      await bench.run('greedy', 'setsid sh -c "head -c 132000000 /dev/zero >~/f; exec sleep 903" >/dev/null 2>&1 &');
      await until(
        'the writer to be done',
        async () => (await bench.run('greedy', 'pgrep -f "^sleep 903"')).exitCode === 0,
      );
      await until(
        'the writer to be killed',
        async () => (await bench.run('greedy', 'pgrep -f "^sleep 903"')).exitCode === 1,
        25_000,
      );
      expect((await bench.run('greedy', 'rm ~/f; echo cleaned')).output).toBe('cleaned\n');
    } finally {
      await bench.close();
      execFileSync('umount', ['-l', directory]);
      rmSync(directory, { recursive: true, force: true });
    }
  },
);

it('memory that is shared, and on no disk, counts once', async () => {
  const bytes = 64 * 1024 * 1024;
  const program = `import mmap,os,sys
m=mmap.mmap(-1,${bytes}); m.write(b'x'*${bytes})
if os.fork()==0:
  m.seek(0); m.read(); print('seen',flush=True)
sys.stdin.read()`;
  const child = spawn('python3', ['-c', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await new Promise(done => child.stdout.once('data', done));
    const { memoryBytes, processes } = measureTree(child.pid as number);
    expect(processes).toHaveLength(2);
    expect(memoryBytes).toBeGreaterThan(bytes);
    expect(memoryBytes).toBeLessThan(3 * bytes);
  } finally {
    child.stdin.end();
  }
});

it('a tenant that takes more memory than it has loses the process, not the sandbox', async () => {
  const bench = new SandboxBench(assets.directory);
  try {
    await bench.runtime.provision(request('hungry', { memoryBytes: 192 * 1024 * 1024 }));
    const { exitCode, signal } = await bench.run(
      'hungry',
      `exec python3 -c "
import time
held = []
while True: held.append(bytearray(b'x') * 8_000_000); time.sleep(0.02)"`,
    );
    expect(exitCode === 0).toBe(false);
    expect(signal === 'SIGKILL' || exitCode !== 0).toBe(true);
    expect((await bench.run('hungry', 'echo alive')).output).toBe('alive\n');
  } finally {
    await bench.close();
  }
});

it('without isolation, only when asked for: says so, runs, and still leaves nothing', async () => {
  const bench = new SandboxBench(assets.directory, { isolation: 'none' });
  try {
    expect(await bench.runtime.probe(node)).toMatchObject({ isolation: 'none' });
    expect(await bench.runtime.provision(request('bare'))).toMatchObject({ isolation: 'none' });
    const { output } = await bench.run(
      'bare',
      'pwd; nvidia-smi -L; setsid nohup sleep 901 >/dev/null 2>&1 & echo $! > pid',
    );
    expect(output).toMatch(/allocations\/bare\/home\nGPU 1/);
    const reader = new Reader(
      await bench.runtime.openShell(bench.instance('bare'), { sessionId: 's', cols: 80, rows: 24 }),
    );
    reader.type('echo he""re\n');
    await reader.sees(/here/);
    const pid = readFileSync(join(bench.stateDirectory, 'allocations/bare/home/pid'), 'utf8').trim();
    await bench.runtime.release({ ...bench.instance('bare'), fencingToken: 2 });
    await until(
      'the daemon to be gone',
      () => !existsSync(`/proc/${pid}`) || /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')),
    );
  } finally {
    await bench.close();
  }
});

it('without a tool that works, says what to install instead of running without a sandbox', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'portico-probe-'));
  try {
    await expect(
      chooseIsolation('auto', { directory, hostUid: null, environment: { PATH: directory } }),
    ).rejects.toMatchObject({
      code: 'isolation_unavailable',
      message: expect.stringContaining('Install bubblewrap'),
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
