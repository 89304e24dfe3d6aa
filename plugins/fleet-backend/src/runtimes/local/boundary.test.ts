import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { TERMINALS_MAX } from './limits';
import { processesOfUid } from './process-table';
import { node, request } from './testing/requests';
import { buildAssets, mechanisms, SandboxBench, until } from './testing/sandbox-bench';
import type { AddressInfo } from 'node:net';

const assets = buildAssets();
afterAll(() => assets.remove());

const root = process.getuid?.() === 0;

/** Everything here is tried from inside, as a tenant would, and must fail. */
describe.each(mechanisms())('a sandbox made with %s', isolation => {
  let bench: SandboxBench;
  const run = (line: string) => bench.run('one', line);

  beforeAll(async () => {
    bench = new SandboxBench(assets.directory, { isolation });
    await bench.runtime.provision(request('one'));
    await bench.runtime.provision(request('two', { network: { mode: 'isolated' } }));
  });
  afterAll(() => bench.close());

  it('says how it isolates and what it offers', async () => {
    const report = await bench.runtime.probe(node);
    expect(report).toMatchObject({ isolation: 'sandbox', isolationDetail: expect.stringContaining(isolation) });
    expect(report.gpus).toHaveLength(8);
  });

  it('gives its user a name, a home and the environment that was asked for', async () => {
    const { output } = await run(
      'id -un; pwd; hostname; echo "$GREETING"; echo "$CUDA_VISIBLE_DEVICES"; touch ~/a /tmp/b && echo writable; env',
    );
    expect(output).toMatch(/^user\n\/home\/user\nhost-one\nhello there\n1,6\nwritable\n/);
    expect(output).not.toMatch(/^(JEST|npm_)/m);
  });

  it('has no privilege and cannot gain any', async () => {
    const { output } = await run(
      'grep -E "^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs)" /proc/self/status; id -u; su -c id 2>&1; unshare -Ur id 2>&1; mount -t tmpfs none /tmp 2>&1',
    );
    expect(output.match(/Cap\w+:\t0{16}/g)).toHaveLength(5);
    expect(output).toMatch(/NoNewPrivs:\t1\n1000\n|NoNewPrivs:\t1\n\d{5,}\n/);
    expect(output).not.toMatch(/uid=0/);
    expect((await run('mount -t tmpfs none /tmp')).exitCode).not.toBe(0);
    expect((await run('find /usr -xdev -perm -4000 -exec {} -c id \\; 2>/dev/null')).output).not.toMatch(/uid=0/);
  });

  it('has terminals of its own, and leaves others theirs', async () => {
    const all =
      'import os;held=[]\nwhile True:held.append(os.open("/dev/ptmx",os.O_RDWR|os.O_NOCTTY));print(len(held))';
    // As an ordinary user bubblewrap cannot bound them.
    if (isolation === 'bubblewrap' && !root) return;
    const { output } = await run(`python3 -c '${all}' 2>/dev/null | tail -n 1`);
    expect(Number(output)).toBe(TERMINALS_MAX);
    expect((await bench.run('one', 'tty', { pty: { term: 'xterm', cols: 80, rows: 24 } })).output).toMatch(
      /^\/dev\/pts/,
    );
  });

  it('cannot change the system', async () => {
    for (const path of [
      '/usr/x',
      '/x',
      '/etc/passwd',
      '/dev/x',
      '/run/.portico/agent.cjs',
      '/proc/sys/kernel/hostname',
      '/proc/sysrq-trigger',
    ]) {
      expect(`${path}: ${(await run(`echo x >> ${path}`)).exitCode}`).not.toBe(`${path}: 0`);
    }
  });

  it('does not see the data directory, nor another sandbox’s home', async () => {
    const secret = join(bench.stateDirectory, 'secret');
    writeFileSync(secret, 'x');
    await bench.run('two', 'echo private > ~/mine; chmod 777 ~ ~/mine');
    const home = join(bench.stateDirectory, 'allocations/two/home/mine');
    expect(existsSync(home)).toBe(true);
    for (const path of [
      secret,
      home,
      process.cwd(),
      '/root',
      '/etc/shadow',
      '/sys/kernel',
      '/proc/1/root/etc/shadow',
      '/proc/1/cwd/old',
    ]) {
      expect(`${path}: ${(await run(`cat ${path} || ls ${path}`)).exitCode}`).not.toBe(`${path}: 0`);
    }
  });

  it('covers a protected path that lies inside the system tree', async () => {
    const inside = '/usr/share';
    const covered = new SandboxBench(assets.directory, { isolation, protectedPaths: [inside] });
    try {
      await covered.runtime.provision(request('three'));
      expect((await covered.run('three', `ls -A ${inside}`)).output).toBe('');
    } finally {
      await covered.close();
    }
  });

  it('does not see or signal processes that are not its own', async () => {
    const { output } = await run('ps -e -o args=');
    expect(output).not.toMatch(/supervisor|jest/);
    await bench.run('two', 'setsid sh -c "exec -a neighbour sleep 600" >/dev/null 2>&1 &');
    expect((await run('ps -e -o args=')).output).not.toMatch(/neighbour/);
    expect((await run(`kill -0 ${process.pid}`)).exitCode).not.toBe(0);
    // As pid 1's own user it may try; init of a namespace does not take it.
    await run('kill -9 1; kill -TERM -1; true');
    expect((await run('echo alive')).output).toBe('alive\n');
  });

  it('reaches neither this machine’s loopback nor anything private through its proxy', async () => {
    const server = createServer((_request, response) => response.end('the host’s secret')).listen(0, '127.0.0.1');
    await new Promise(done => server.once('listening', done));
    const { port } = server.address() as AddressInfo;
    try {
      expect((await run(`curl --noproxy '*' -sS -m 3 http://127.0.0.1:${port}`)).exitCode).toBe(7);
      for (const target of [
        `127.0.0.1:${port}`,
        `localhost:${port}`,
        `[::1]:${port}`,
        `[::ffff:127.0.0.1]:${port}`,
        '169.254.169.254',
        '[fd00:ec2::254]',
        '10.0.0.1',
      ]) {
        const plain = await run(`curl -sS -m 5 -g --noproxy '' http://${target}/`);
        expect({ target, output: plain.output }).toMatchObject({
          output: expect.stringContaining('does not let a sandbox connect'),
        });
        const tunnel = await run(`curl -sS -m 5 -g -p --noproxy '' http://${target}/`);
        expect(tunnel.output).toMatch(/403/);
      }
      expect(
        (await bench.run('two', 'env; curl -sS -m 3 -x http://127.0.0.1:3128 http://example.com')).output,
      ).not.toMatch(/_proxy=/);
    } finally {
      server.close();
    }
  });

  it('dies with its allocation, daemons included, and leaves nothing', async () => {
    await bench.runtime.provision(request('gone'));
    const { uid } = JSON.parse(readFileSync(join(bench.stateDirectory, 'allocations/gone/record.json'), 'utf8')) as {
      uid: number | null;
    };
    await bench.run(
      'gone',
      'mkdir -p ~/locked/deep; chmod 0 ~/locked; setsid nohup sh -c "trap : HUP TERM; while :; do sleep 1; done" >/dev/null 2>&1 & (setsid sleep 700 &) >/dev/null 2>&1; true',
    );
    const { init, supervisor } = JSON.parse(
      readFileSync(join(bench.stateDirectory, 'allocations/gone/supervisor.json'), 'utf8'),
    ) as Record<string, { pid: number }>;
    await bench.runtime.release({ ...bench.instance('gone'), fencingToken: 2 });
    expect(
      [init, supervisor].filter(
        process =>
          existsSync(`/proc/${process?.pid}`) &&
          !/^State:\s+Z/m.test(readFileSync(`/proc/${process?.pid}/status`, 'utf8')),
      ),
    ).toEqual([]);
    if (uid !== null) expect(processesOfUid(uid)).toEqual([]);
    expect(readdirSync(join(bench.stateDirectory, 'allocations'))).not.toContain('gone');
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(bench.stateDirectory);
    expect(await bench.runtime.observe(bench.instance('gone'))).toMatchObject({ state: 'absent' });
    await bench.runtime.release({ ...bench.instance('gone'), fencingToken: 2 });
  });

  it('deletes a home without following what its owner left there', async () => {
    const precious = join(bench.stateDirectory, 'precious');
    mkdirSync(precious, { mode: 0o777 });
    writeFileSync(join(precious, 'file'), 'x');
    await bench.runtime.provision(request('trap'));
    await bench.run('trap', `ln -s ${precious} ~/link; ln -s / ~/root; ln -s ${precious} /tmp/link`);
    await bench.runtime.release({ ...bench.instance('trap'), fencingToken: 2 });
    expect(existsSync(join(precious, 'file'))).toBe(true);
    expect(existsSync('/usr')).toBe(true);
  });

  (root ? it : it.skip)('gives every allocation a uid of its own', () => {
    const uids = ['one', 'two'].map(
      id =>
        (
          JSON.parse(readFileSync(join(bench.stateDirectory, `allocations/${id}/record.json`), 'utf8')) as {
            uid: number;
          }
        ).uid,
    );
    expect(new Set(uids).size).toBe(2);
    expect(Math.min(...uids)).toBeGreaterThan(10_000);
  });

  it('ends when its supervisor is killed, and is seen as stopped', async () => {
    await bench.runtime.provision(request('orphan'));
    const { init, supervisor } = JSON.parse(
      readFileSync(join(bench.stateDirectory, 'allocations/orphan/supervisor.json'), 'utf8'),
    ) as Record<string, { pid: number }>;
    process.kill(supervisor!.pid, 'SIGKILL');
    await until('init to end', () => !existsSync(`/proc/${init!.pid}`));
    expect(await bench.runtime.observe(bench.instance('orphan'))).toMatchObject({
      state: 'stopped',
      lastAliveAt: expect.any(Number),
    });
  });
});
