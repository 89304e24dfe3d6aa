import { waitFor } from '@portico/plugin-kit/testing';
import { describeWithRealNodes } from '../../testing/real-nodes';
import { ContainerBench, request, target } from './testing/container-bench';

jest.setTimeout(60_000);

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFWFbgtI4qZBmOqCXwNr68iVKIPPvA6DE+uI4ya8EcpY';
const OTHER_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFWFbgtI4qZBmOqCXwNr68iVKIPPvA6DE+uI4ya8EcpZ';

describeWithRealNodes('a container on a real node', () => {
  let bench: ContainerBench;
  const one = request('alloc_one');
  const said: string[] = [];

  beforeAll(async () => {
    bench = await ContainerBench.start();
    const started = await bench.runtime.provision({
      ...one,
      gpus: bench.gpus(1, 3),
      authorizedKeys: [`${KEY} ada@laptop`, `${OTHER_KEY}\ncommand="sh" ${OTHER_KEY}`, 'rubbish'],
      environment: { PORTICO_ALLOCATION_ID: 'alloc_one', GREETING: "it's $(touch /tmp/owned) here; & `x`" },
      report: line => said.push(line),
    });
    expect(started).toMatchObject({ allocationId: 'alloc_one', isolation: 'container', username: 'user' });
    expect(Math.abs(started.startedAt - Date.now())).toBeLessThan(10_000);
  });
  afterAll(() => bench?.stop());

  it('is told step by step, with the time each took', () => {
    expect(said.map(line => line.replace(/ \(\d+\.\d s\)\.$/, ''))).toEqual([
      'Node gpu-1 (gpu-1) checked',
      'Network of its own made',
      'Home made, of the size that was ordered',
      'Image Debian is on the node',
      'Container created',
      'Container started; its sshd answers',
    ]);
  });

  it('is named and labelled after its allocation', async () => {
    const labels = await bench.node.read(`podman inspect --format '{{json .Config.Labels}}' portico-alloc_one`);
    expect(JSON.parse(labels)).toMatchObject({
      'portico.allocation': 'alloc_one',
      'portico.node': 'node_1',
      'portico.fencing-token': '10',
    });
  });

  it('sees the two GPUs it was given and no third', async () => {
    const [, second, , fourth] = bench.node.gpus;
    expect((await bench.login('alloc_one', 'nvidia-smi -L; ls /dev/nvidia[0-9]*')).output).toBe(
      `GPU 0: NVIDIA H200 (UUID: ${second?.uuid})\nGPU 1: NVIDIA H200 (UUID: ${fourth?.uuid})\n/dev/nvidia1\n/dev/nvidia3`,
    );
  });

  it('lets its user in, at home, with what was set for them, and sudo', async () => {
    expect(await bench.login('alloc_one', 'id -un; pwd; hostname; echo $PORTICO_ALLOCATION_ID; sudo id -u')).toEqual({
      status: 0,
      output: 'user\n/home/user\nhost-alloc-one\nalloc_one\n0',
    });
    expect((await bench.login('alloc_one', 'printenv GREETING')).output).toBe("it's $(touch /tmp/owned) here; & `x`");
    expect((await bench.node.run('ls /tmp/owned')).status).not.toBe(0);
    expect((await bench.login('alloc_one', 'ls /tmp/owned')).status).not.toBe(0);
    // The bound of the home is the kernel's.
    expect((await bench.login('alloc_one', 'dd if=/dev/zero of=big bs=1M count=64 2>&1; rm big')).output).toContain(
      'No space left on device',
    );
  });

  it('takes keys, whole and one to a line, and replaces them at once', async () => {
    const keys = () => bench.inside('alloc_one', 'cat /run/portico/authorized_keys');
    expect(await keys()).toBe(KEY);
    await bench.runtime.setAuthorizedKeys(one, [OTHER_KEY]);
    expect(await keys()).toBe(OTHER_KEY);
    await bench.runtime.setAuthorizedKeys(one, []);
    expect(await keys()).toBe('');
    expect((await bench.login('alloc_one', 'true')).status).toBe(0);
    await expect(bench.runtime.setAuthorizedKeys(request('alloc_none'), [KEY])).rejects.toMatchObject({
      code: 'instance_missing',
    });
  });

  it('is the same one when asked for again, by whomever', async () => {
    const id = await bench.node.read('cat /var/lib/portico/allocations/alloc_one/cid');
    const again: string[] = [];
    await Promise.all([
      bench.runtime.provision({ ...one, fencingToken: 11, report: line => again.push(line) }),
      bench.another().provision({ ...one, fencingToken: 11 }),
    ]);
    expect(await bench.node.read('podman ps --no-trunc --format {{.ID}}')).toBe(id);
    expect(again.join(' ')).toMatch(/checked .* runs already and answers/);
  });

  it('is measured: its processor, memory, disk, processes and the GPUs it has', async () => {
    await bench.login(
      'alloc_one',
      'nohup sh -c "while :; do :; done" >/dev/null 2>&1 & head -c 5000000 /dev/urandom >~/some',
    );
    const sample = await waitFor(async () => {
      const now = await bench.runtime.metrics(one);
      return now.cpuPercent > 50 && now;
    });
    // One CPU was ordered.
    expect(sample.cpuPercent).toBeLessThan(130);
    expect(sample.memoryBytesLimit).toBe(one.memoryBytes);
    expect(sample.memoryBytesUsed).toBeGreaterThan(1024 * 1024);
    expect(sample.diskBytesUsed).toBeGreaterThan(5_000_000);
    expect(sample.diskBytesLimit).toBeLessThanOrEqual(one.diskBytes);
    expect(sample.processes).toBeGreaterThanOrEqual(2);
    expect(sample.gpus).toEqual([
      expect.objectContaining({ index: 1, utilizationPercent: 11, temperatureCelsius: 41, powerWatts: 101.5 }),
      expect.objectContaining({
        index: 3,
        utilizationPercent: 13,
        memoryBytesUsed: 4096 * 1024 * 1024,
        simulated: false,
      }),
    ]);
    await bench.login('alloc_one', 'pkill -f while');
  });

  it('asks the node once for all who want figures at the same moment', async () => {
    await bench.runtime.provision(request('alloc_beside'));
    let scripts = 0;
    bench.intercept = script => (scripts++, script);
    const runtime = bench.another();
    const samples = await Promise.all([one, request('alloc_beside'), one].map(instance => runtime.metrics(instance)));
    bench.intercept = script => script;
    expect(scripts).toBe(1);
    expect(samples.map(({ gpus }) => gpus.length)).toEqual([2, 0, 2]);
    await expect(runtime.metrics(request('alloc_none'))).rejects.toMatchObject({ code: 'instance_missing' });
    await bench.release(request('alloc_beside'));
  });

  it('stays up when its sshd is ended inside, and says that the node is well', async () => {
    const daemon = () => bench.inside('alloc_one', 'pgrep -P 1 sshd || true');
    const before = await daemon();
    await bench.login('alloc_one', `sudo kill ${before}`);
    await waitFor(async () => !['', before].includes(await daemon()));
    await waitFor(async () => (await bench.login('alloc_one', 'echo back')).output === 'back');
    expect(await bench.runtime.observe(one)).toMatchObject({ state: 'running', exitReason: null });
    expect(await bench.runtime.probe(target)).toMatchObject({
      isolation: 'container',
      isolationDetail: expect.stringMatching(/^podman \d/),
      gpus: bench.gpus(0, 1, 2, 3),
    });
  });

  it('lets programs save what they have before it is gone, and leaves nothing but its fence', async () => {
    await bench.node.read(
      'mkdir -p /var/lib/portico/nvme/nvme7n1 && mount -t tmpfs tmpfs /mnt && mount --bind /mnt /var/lib/portico/nvme/nvme7n1',
    );
    const saving = request('alloc_saving', { nvme: ['nvme7n1'] });
    await bench.runtime.provision(saving);
    await bench.login(
      'alloc_saving',
      `nohup sh -c 'trap "sleep 0.3; echo saved >~/saved" TERM; sleep 1000 & wait' >/dev/null 2>&1 &`,
    );
    const saved = 'cat /var/lib/portico/nvme/nvme7n1/portico-alloc_saving/saved';
    // A disk that is away has not been cleaned.
    await bench.node.read('umount /var/lib/portico/nvme/nvme7n1');
    await expect(bench.release(saving, 20)).rejects.toMatchObject({
      message: expect.stringContaining('is not mounted'),
    });
    await bench.node.read('mount --bind /mnt /var/lib/portico/nvme/nvme7n1');
    expect(await bench.node.read(saved)).toBe('saved');
    await bench.release(saving);

    expect(await bench.runtime.list(target)).toMatchObject([{ allocationId: 'alloc_one', state: 'running' }]);
    await bench.release(one, 50);
    await bench.release(one, 50);
    expect(await bench.leftovers()).toEqual([]);
    expect(await bench.runtime.list(target)).toEqual([]);
    expect(await bench.runtime.observe(one)).toEqual({
      allocationId: 'alloc_one',
      state: 'absent',
      lastAliveAt: null,
      exitReason: null,
    });
    // A worker that was cut off since before the release comes back and goes on where it was.
    await expect(bench.runtime.provision({ ...one, fencingToken: 49 })).rejects.toMatchObject({
      code: 'stale_fencing_token',
    });
    await expect(bench.release(one, 49)).rejects.toMatchObject({ code: 'stale_fencing_token' });
    expect(await bench.leftovers()).toEqual([]);
    await expect(bench.runtime.containerAccess(one)).rejects.toMatchObject({ code: 'instance_missing' });
  });
});
