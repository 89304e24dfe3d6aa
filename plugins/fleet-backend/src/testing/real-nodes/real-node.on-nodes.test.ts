import { execFile } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from '@portico/plugin-kit/testing';
import { BASE_IMAGE, describeWithRealNodes, startRealNode } from '.';
import type { RealNode } from '.';

const execute = promisify(execFile);

/** By OpenSSH, as anybody would. */
async function ssh(node: RealNode, ...command: string[]): Promise<string> {
  const folder = path.dirname(node.privateKeyFile);
  const knownHosts = path.join(folder, 'known-hosts');
  writeFileSync(knownHosts, `${node.address} ${node.hostKey()}\n`);
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
    'ConnectTimeout=2',
  ];
  const { stdout } = await execute('ssh', [
    ...['-F', 'none', '-i', node.privateKeyFile, ...options.flatMap(option => ['-o', option])],
    `${node.logins.operator}@${node.address}`,
    ...command,
  ]);
  return stdout.trimEnd();
}

describeWithRealNodes('a real node', () => {
  let one: RealNode;
  let two: RealNode;
  beforeAll(async () => {
    [one, two] = await Promise.all([
      startRealNode({ name: 'node-a', gpus: 4, numaDomains: 2 }),
      startRealNode({
        name: 'node-b',
        gpus: 2,
        gpuModel: 'NVIDIA A100',
        gpuMemoryGib: 80,
        migProfiles: ['1g.10gb', '2g.20gb'],
      }),
    ]);
  }, 60_000);
  afterAll(() => Promise.all([one?.stop(), two?.stop()]));

  it('is a machine of its own, reached by ssh, with sudo', async () => {
    expect(await ssh(one, 'hostname; whoami; sudo -n whoami')).toBe('node-a\nops\nroot');
    expect(await ssh(two, 'hostname')).toBe('node-b');
    await one.read('touch /etc/mine /var/lib/mine /tmp/mine ~root/mine');
    expect((await two.run('ls /etc/mine /var/lib/mine /tmp/mine ~root/mine')).stdout).toBe('');
    expect(existsSync('/etc/mine')).toBe(false);
    await expect(two.run(`kill -0 ${process.pid}`)).resolves.toMatchObject({ status: 1 });
  });

  it('shows its GPUs as nvidia-smi does', async () => {
    expect((await one.read('nvidia-smi -L')).split('\n')).toEqual(
      one.gpus.map(gpu => `GPU ${gpu.index}: NVIDIA H200 (UUID: ${gpu.uuid})`),
    );
    const query =
      '--query-gpu=index,uuid,name,memory.total,memory.used,utilization.gpu,temperature.gpu,power.draw,pci.bus_id';
    expect((await one.read(`nvidia-smi ${query} --format=csv,noheader,nounits -i 2`)).split(', ')).toEqual([
      '2',
      one.gpus[2]?.uuid,
      'NVIDIA H200',
      '144384',
      '3072',
      '12',
      '42',
      '102.50',
      '00000000:27:00.0',
    ]);
    expect(await one.read('nvidia-smi --query-gpu=index,memory.total --format=csv -i 0')).toBe(
      'index, memory.total\n0, 144384 MiB',
    );
    expect(await one.run('nvidia-smi --query-gpu=colour --format=csv')).toMatchObject({ status: 2 });
    expect(await two.read('nvidia-smi -L')).toContain(
      `  MIG 1g.10gb     Device  0: (UUID: ${two.gpus[0]?.migs[0]?.uuid})`,
    );
    expect(await one.read('cat /sys/bus/pci/devices/0000:2f:00.0/numa_node /sys/devices/system/node/online')).toBe(
      '1\n0-1',
    );
  });

  it('runs containers that see the GPUs they were given, and no other node sees them', async () => {
    const seen = await one.read(
      `podman run --rm --name seen --device ${one.cdiKind}=1 --device ${one.cdiKind}=3 ${BASE_IMAGE} sh -c 'ls /dev/nvidia[0-9]*; nvidia-smi -L'`,
    );
    expect(seen.split('\n')).toEqual([
      '/dev/nvidia1',
      '/dev/nvidia3',
      `GPU 0: NVIDIA H200 (UUID: ${one.gpus[1]?.uuid})`,
      `GPU 1: NVIDIA H200 (UUID: ${one.gpus[3]?.uuid})`,
    ]);
    await one.read(`podman run -d --name stays --memory 64m --pids-limit 20 ${BASE_IMAGE} sleep 1000`);
    expect(await one.containers()).toEqual(['stays']);
    expect(await two.containers()).toEqual([]);
    const unknown = await two.run(`podman run --rm --device ${two.cdiKind}=7 ${BASE_IMAGE} true`);
    expect(unknown).toMatchObject({ status: 126, stderr: expect.stringContaining('unresolvable') });
  });

  it('loses what runs at a power cut, and keeps its disk', async () => {
    const booted = await one.read('cat /proc/sys/kernel/random/boot_id');
    await one.read('echo kept > /var/lib/kept');
    await one.crash();
    await expect(ssh(one, 'true')).rejects.toThrow();
    await one.boot();
    expect(await ssh(one, 'cat /var/lib/kept')).toBe('kept');
    expect(await one.read('cat /proc/sys/kernel/random/boot_id')).not.toBe(booted);
    expect(await one.read("podman ps --all --format '{{.Names}} {{.State}}'")).toMatch(
      /^stays (exited|created|stopped)/i,
    );
    await one.read('podman rm -f stays');
  });

  it('is cut off and comes back', async () => {
    await one.partition();
    await expect(ssh(one, 'true')).rejects.toThrow();
    expect(await one.read('echo alive')).toBe('alive');
    await one.heal();
    expect(await waitFor(() => ssh(one, 'echo back').catch(() => null))).toBe('back');
  });

  it('shows another host key, hangs, breaks, fills up and loses time on demand', async () => {
    const before = two.hostKey();
    await two.changeHostKey();
    expect(two.hostKey()).not.toBe(before);
    expect(await ssh(two, 'hostname')).toBe('node-b');

    await two.hangPodman('run *');
    expect(await two.run(`podman run --rm ${BASE_IMAGE} true`, { secondsMax: 1 })).toMatchObject({ status: null });
    expect(await two.containers()).toEqual([]);
    await two.breakPodman('*', 'it is broken');
    expect(await two.run('podman ps')).toMatchObject({ status: 125, stderr: 'Error: it is broken\n' });
    await two.mendPodman();
    expect(await two.read(`podman run --rm ${BASE_IMAGE} echo fine`)).toBe('fine');

    await two.fillDisk();
    expect((await two.run('head -c 100000 /dev/zero > /var/lib/containers/big')).stderr).toContain('No space left');
    await two.freeDisk();
    await two.read('head -c 100000 /dev/zero > /var/lib/containers/big');

    await two.skewClock(7200);
    const ahead = Number(await two.read('date +%s')) - Date.now() / 1000;
    expect(ahead).toBeGreaterThan(7100);
    await two.skewClock(0);
    expect(Math.abs(Number(await two.read('date +%s')) - Date.now() / 1000)).toBeLessThan(60);
  });

  it('leaves nothing', async () => {
    const node = await startRealNode({ name: 'node-c', gpus: 1 });
    await node.read(`podman run -d --name stays ${BASE_IMAGE} sleep 1000`);
    const id = await node.read("podman inspect --format '{{.Id}}' stays");
    const folder = path.dirname(node.privateKeyFile);
    const groups = () =>
      execute('find', ['/sys/fs/cgroup', '-type', 'd', '-name', `*${id}*`]).then(({ stdout }) => stdout.trim());
    expect(await groups()).not.toBe('');
    const namespaces = () =>
      new Set(readdirSync('/proc').filter(pid => existsSync(`/proc/${pid}/root${folder}/disk/init`)));
    expect(namespaces().size).toBeGreaterThan(0);
    await node.stop();
    expect(existsSync(folder)).toBe(false);
    expect(namespaces().size).toBe(0);
    expect(await groups()).toBe('');
    await waitFor(
      async () => !(await execute('ip', ['-o', 'address'])).stdout.includes(` ${node.address.replace(/\d+$/, '')}`),
    );
  });
});
