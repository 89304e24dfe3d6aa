import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { node, request } from './testing/requests';
import { buildAssets, buildDriver, collect, Reader, SandboxBench, until } from './testing/sandbox-bench';

const assets = buildAssets();
const driver = buildDriver(assets.directory);
let bench: SandboxBench;

beforeEach(() => (bench = new SandboxBench(assets.directory)));
afterEach(() => bench.close());
afterAll(() => assets.remove());

it('a sandbox and its shell outlive a backend that is killed, and are found again with what was said meanwhile', async () => {
  const { stateDirectory } = bench;
  const orders = {
    options: { stateDirectory, isolation: 'util-linux', assetsDirectory: assets.directory },
    allocationId: 'paid',
    lines: [],
    shellInput: "PS1=; stty -echo; echo bef''ore; read x; echo af''ter; cat\n",
    release: false,
  };
  const backend = spawn(process.execPath, [driver, JSON.stringify(orders)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let seen = { seq: 0, text: '' };
  for await (const line of createInterface({ input: backend.stdout })) {
    const { seq, text } = JSON.parse(line) as typeof seen;
    seen = { seq, text: seen.text + text };
    if (seen.text.includes('before\r\n')) break;
  }
  backend.kill('SIGKILL');
  await new Promise(done => backend.once('exit', done));

  const runtime = bench.again();
  expect(await runtime.adoptAll()).toEqual({ running: ['paid'], stopped: [] });
  expect(await runtime.observe(bench.instance('paid'))).toMatchObject({ state: 'running' });
  expect(await runtime.list(node)).toMatchObject([{ allocationId: 'paid', state: 'running' }]);
  const again = new Reader(
    await runtime.openShell(bench.instance('paid'), { sessionId: 'main', cols: 80, rows: 24, afterSeq: seen.seq }),
  );
  expect(again.shell.fromSeq).toBe(seen.seq);
  again.type('\n');
  await again.sees(/after\r\n/);
  const whole = new Reader(await runtime.openShell(bench.instance('paid'), { sessionId: 'main', cols: 80, rows: 24 }));
  await whole.sees(/before\r\n[^]*after\r\n/);
  runtime.close();
});

it('a descriptor that the backend was born with is not passed on to the tenant', async () => {
  const file = join(bench.stateDirectory, 'operators');
  writeFileSync(file, 'secret');
  const descriptor = openSync(file, 'r');
  const orders = {
    options: { stateDirectory: bench.stateDirectory, isolation: 'util-linux', assetsDirectory: assets.directory },
    allocationId: 'born',
    lines: ['for pid in /proc/[0-9]*; do ls -l $pid/fd; done 2>/dev/null; cat <&9'],
    shellInput: null,
    release: true,
  };
  // Descriptor 9 of the backend, as a shell's `9<file` or a service manager would give it.
  const inherited = ['ignore', 'pipe', 'inherit', ...Array<'ignore'>(6).fill('ignore'), descriptor] as const;
  const backend = spawn(process.execPath, [driver, JSON.stringify(orders)], { stdio: [...inherited] });
  closeSync(descriptor);
  const [line] = (await collect(backend.stdout as Readable)).split('\n');
  const { output } = JSON.parse(line as string) as { output: string };
  expect(output).toMatch(/0 -> /);
  expect(output).toMatch(/9: Bad file descriptor/);
  expect(output).not.toMatch(/operators|secret/);
});

it('provision is idempotent: the running sandbox is returned, a stopped one is started again with its home', async () => {
  const first = await bench.runtime.provision(request('same'));
  await bench.run('same', 'echo kept > ~/file');
  expect(await bench.runtime.provision(request('same', { fencingToken: 2 }))).toEqual(first);
  const account = () =>
    JSON.parse(readFileSync(join(bench.stateDirectory, 'allocations/same/supervisor.json'), 'utf8')) as {
      supervisor: { pid: number };
      init: { pid: number };
    };
  const { supervisor, init } = account();
  process.kill(init.pid, 'SIGKILL');
  await until(
    'the supervisor to notice',
    async () => (await bench.runtime.observe(bench.instance('same'))).state === 'stopped',
  );
  await until('its last word', () => existsSync(join(bench.stateDirectory, 'allocations/same/exit.json')));
  expect(await bench.runtime.observe(bench.instance('same'))).toMatchObject({
    state: 'stopped',
    exitReason: expect.stringContaining('The sandbox ended'),
  });
  await bench.runtime.provision(request('same', { fencingToken: 3 }));
  expect(account().supervisor.pid).not.toBe(supervisor.pid);
  expect((await bench.run('same', 'cat ~/file')).output).toBe('kept\n');
});

it('starting again writes nothing through links the tenant left in its home', async () => {
  await bench.runtime.provision(request('linked'));
  const victim = join(bench.stateDirectory, 'victim');
  writeFileSync(victim, 'untouched');
  await bench.run('linked', `ln -sf ${victim} ~/.bashrc; ln -sf ${victim} ~/.profile; ln -sf ${victim} /tmp/.bashrc`);
  const account = JSON.parse(
    readFileSync(join(bench.stateDirectory, 'allocations/linked/supervisor.json'), 'utf8'),
  ) as { init: { pid: number } };
  process.kill(account.init.pid, 'SIGKILL');
  await until('it to stop', async () => (await bench.runtime.observe(bench.instance('linked'))).state === 'stopped');
  await bench.runtime.provision(request('linked', { fencingToken: 2 }));
  expect(readFileSync(victim, 'utf8')).toBe('untouched');
  expect(statSync(victim).uid).toBe(process.getuid?.());
});

it('parallel provisions of one allocation make one sandbox', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => bench.runtime.provision(request('one'))));
  expect(new Set(all.map(instance => instance.startedAt)).size).toBe(1);
});

it('refuses a fencing token lower than one it has seen, even after release', async () => {
  await bench.runtime.provision(request('fenced', { fencingToken: 7 }));
  const stale = { code: 'stale_fencing_token' };
  await expect(bench.runtime.provision(request('fenced', { fencingToken: 6 }))).rejects.toMatchObject(stale);
  await expect(bench.runtime.release({ ...bench.instance('fenced'), fencingToken: 6 })).rejects.toMatchObject(stale);
  await bench.runtime.release({ ...bench.instance('fenced'), fencingToken: 8 });
  await expect(bench.again().provision(request('fenced', { fencingToken: 7 }))).rejects.toMatchObject(stale);
  expect(await bench.runtime.observe(bench.instance('fenced'))).toMatchObject({ state: 'absent' });
});

it('cleans what a provision left that was killed halfway', async () => {
  const { stateDirectory } = bench;
  const options = { stateDirectory, isolation: 'util-linux', assetsDirectory: assets.directory };
  const orders = { options, allocationId: 'half', lines: [], shellInput: null, release: false };
  const backend = spawn(process.execPath, [driver, JSON.stringify(orders)], { stdio: 'ignore' });
  await until('a record', () => existsSync(join(stateDirectory, 'allocations/half/record.json')));
  backend.kill('SIGKILL');
  await new Promise(done => backend.once('exit', done));
  const runtime = bench.again();
  expect((await runtime.observe(bench.instance('half'))).state).not.toBe('absent');
  await runtime.provision(request('half', { fencingToken: 2 }));
  expect((await bench.run('half', 'echo works')).output).toBe('works\n');
});

it('a sandbox whose state directory is deleted ends by itself', async () => {
  await bench.runtime.provision(request('lost'));
  const directory = join(bench.stateDirectory, 'allocations/lost');
  const { supervisor } = JSON.parse(readFileSync(join(directory, 'supervisor.json'), 'utf8')) as {
    supervisor: { pid: number };
  };
  rmSync(directory, { recursive: true });
  await until(
    'the supervisor to end',
    () =>
      !existsSync(`/proc/${supervisor.pid}`) ||
      /^State:\s+Z/m.test(readFileSync(`/proc/${supervisor.pid}/status`, 'utf8')),
  );
});

it('asks nothing of an allocation it does not know, and does not lie about one it does', async () => {
  expect(await bench.runtime.observe(bench.instance('never'))).toEqual({
    allocationId: 'never',
    state: 'absent',
    lastAliveAt: null,
    exitReason: null,
  });
  await bench.runtime.release({ ...bench.instance('never'), fencingToken: 1 });
  await expect(bench.runtime.metrics(bench.instance('never'))).rejects.toMatchObject({ code: 'instance_missing' });
  await expect(bench.runtime.provision(request('../escape'))).rejects.toMatchObject({ code: 'runtime_failed' });
});
