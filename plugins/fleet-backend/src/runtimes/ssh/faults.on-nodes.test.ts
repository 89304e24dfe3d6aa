import { describeWithRealNodes } from '../../testing/real-nodes';
import { RuntimeError } from './port';
import * as launchScripts from './scripts/provision';
import { releaseScript } from './scripts/release';
import { ContainerBench, request, target } from './testing/container-bench';

jest.setTimeout(90_000);

const MiB = 1024 * 1024;
const steps = Object.entries(launchScripts);
const image = (source: string, digest: string | null = null) => ({ ...request('x').image, source, digest });

describeWithRealNodes('a node that fails', () => {
  let bench: ContainerBench;
  beforeAll(async () => {
    bench = await ContainerBench.start({ diskBytes: 512 * MiB });
  });
  afterAll(() => bench?.stop());
  afterEach(async () => {
    bench.intercept = script => script;
    await bench.node.mendPodman();
    await bench.node.freeDisk();
  });

  describe.each(steps)('whose connection is lost at %s', (name, lost) => {
    it.each(['before', 'after'])('%s it: the next attempt finds what there is, and release all of it', async when => {
      const id = `alloc_${name}_${when}`;
      let armed = true;
      const fail = () => {
        armed = false;
        throw new RuntimeError('node_unreachable', 'The connection was lost while a command ran.');
      };
      bench.intercept = script => {
        if (!armed) return script;
        if (when === 'before' && script === lost) fail();
        // What came before has been done: the answer is what did not arrive.
        if (
          when === 'after' &&
          script !== lost &&
          steps.findIndex(([, text]) => text === script) === steps.findIndex(([, text]) => text === lost) + 1
        )
          fail();
        return script;
      };
      const attempt = bench.runtime.provision(request(id));
      if (lost === launchScripts.startScript && when === 'after') await attempt;
      else {
        await expect(attempt).rejects.toMatchObject({ code: 'node_unreachable' });
        expect((await bench.runtime.observe(request(id))).state).not.toBe('running');
      }
      // Either way somebody takes over: half of them go on, half give up.
      if (when === 'before') {
        await bench.another().provision(request(id, { fencingToken: 12 }));
        expect(await bench.runtime.observe(request(id))).toMatchObject({ state: 'running' });
        expect(await bench.node.containers()).toEqual([`portico-${id}`]);
      }
      await bench.release({ allocationId: id });
      expect(await bench.leftovers()).toEqual([]);
      expect(await bench.runtime.observe(request(id))).toMatchObject({ state: 'absent' });
    });
  });

  it('loses power at any moment of a launch and of a release, and both can be done again', async () => {
    for (const [index, [, script]] of [
      ...steps.filter(([name]) => /home|create|start/.test(name)),
      ['release', releaseScript] as const,
    ].entries()) {
      const id = `alloc_power_${index}`;
      // In the middle of it: as it is about to say that it is done, or, of what takes long, somewhere on its way.
      bench.intercept = text =>
        text === script ? `(sleep 0.${2 + index}; kill -9 $$) >/dev/null 2>&1 3>&- & ${text}` : text;
      await bench.runtime.provision(request(id)).catch(() => undefined);
      if (script === releaseScript) await bench.release({ allocationId: id }, 11).catch(() => undefined);
      await bench.node.crash();
      await bench.node.boot();
      bench.intercept = text => text;
      expect((await bench.runtime.observe(request(id))).state).toMatch(/^(stopped|absent)$/);
      if (script !== releaseScript) {
        await bench.runtime.provision(request(id, { fencingToken: 12 }));
        expect(await bench.login(id, 'echo well')).toEqual({ status: 0, output: 'well' });
      }
      await bench.release({ allocationId: id });
      expect(await bench.leftovers()).toEqual([]);
    }
  });

  it('reboots: what ran is stopped, in words, and starts again with the same home, keys and name', async () => {
    const worked = request('alloc_reboot', { gpus: bench.gpus(2) });
    await bench.runtime.provision(worked);
    await bench.login('alloc_reboot', 'echo work >~/kept; sync');
    const before = await bench.runtime.containerAccess(worked);
    await bench.node.crash();
    await bench.node.boot();
    expect(await bench.runtime.observe(worked)).toMatchObject({
      state: 'stopped',
      exitReason: expect.stringMatching(/restarted|killed|stopped|ended/),
    });
    await expect(bench.another().containerAccess(worked)).rejects.toMatchObject({ code: 'instance_missing' });
    await bench.runtime.provision({ ...worked, fencingToken: 20 });
    expect((await bench.login('alloc_reboot', 'cat ~/kept; ls /dev/nvidia[0-9]')).output).toBe('work\n/dev/nvidia2');
    expect((await bench.runtime.containerAccess(worked)).hostPublicKey).toBe(before.hostPublicKey);
    await bench.release(worked);
    expect(await bench.leftovers()).toEqual([]);
  });

  it('has no room: says so, gives it back, and release needs none', async () => {
    await expect(bench.runtime.provision(request('alloc_big', { diskBytes: 1024 * MiB }))).rejects.toMatchObject({
      code: 'disk_full',
      message: 'The disk of the node is full.',
    });
    await bench.release({ allocationId: 'alloc_big' });
    expect(await bench.leftovers()).toEqual([]);

    await bench.runtime.provision(request('alloc_full'));
    await bench.node.read('head -c 1G /dev/zero >/var/lib/portico/filler 2>/dev/null; true');
    await expect(bench.runtime.provision(request('alloc_late'))).rejects.toMatchObject({ code: 'disk_full' });
    await bench.release({ allocationId: 'alloc_full' });
    await bench.release({ allocationId: 'alloc_late' });
    await bench.node.read('rm /var/lib/portico/filler');
    expect(await bench.leftovers()).toEqual([]);
    // Even then the fence was raised.
    await expect(bench.runtime.provision(request('alloc_full', { fencingToken: 999 }))).rejects.toMatchObject({
      code: 'stale_fencing_token',
    });
  });

  it('does not have the image, or another one by its name, or one without a way in', async () => {
    const refused = async (wanted: ReturnType<typeof image>) =>
      bench.runtime
        .provision(request('alloc_image', { image: wanted }))
        .catch((error: RuntimeError) => `${error.code} ${error.message}`);
    expect(await refused(image('localhost/nowhere'))).toBe(
      'image_missing The image localhost/nowhere is not preloaded on the node.',
    );
    const other = `sha256:${'a'.repeat(64)}`;
    expect(await refused(image('localhost/portico-base:1', other))).toMatch(
      /^image_missing .* has another content than the catalogue says/,
    );
    const digest = await bench.node.read(`podman image inspect --format '{{.Digest}}' localhost/portico-base:1`);
    await bench.runtime.provision(request('alloc_image', { image: image('localhost/portico-base', digest) }));
    await bench.release({ allocationId: 'alloc_image' }, 11);
    await bench.node.read(
      'printf "FROM localhost/portico-base:1\\nRUN rm /usr/sbin/sshd\\n" | podman build --quiet --network none -t localhost/no-sshd -f - /var/empty 2>/dev/null || (c=$(podman create localhost/portico-base:1 rm /usr/sbin/sshd) && podman start -a $c && podman commit -q $c localhost/no-sshd && podman rm $c)',
    );
    expect(
      await bench.runtime
        .provision(request('alloc_image', { fencingToken: 12, image: image('localhost/no-sshd') }))
        .catch((error: RuntimeError) => `${error.code} ${error.message}`),
    ).toBe('image_missing The image has no sshd, by which Portico lets people in: install openssh-server in it.');
    await bench.release({ allocationId: 'alloc_image' });
    expect(await bench.leftovers()).toEqual([]);
  });

  it('has lost a GPU, or does not know it to its container runtime', async () => {
    const gone = { ...request('x').gpus[0], ...bench.gpus(0)[0]!, uuid: 'GPU-00000000-0000-0000-0000-000000000000' };
    await expect(bench.runtime.provision(request('alloc_gpu', { gpus: [gone] }))).rejects.toMatchObject({
      code: 'gpu_unavailable',
    });
    await expect(
      bench.another({ cdiKind: 'example.com/gpu' }).provision(request('alloc_gpu', { gpus: bench.gpus(1) })),
    ).rejects.toMatchObject({ code: 'gpu_unavailable', message: expect.stringContaining('example.com/gpu=1') });
    await bench.release({ allocationId: 'alloc_gpu' });
    expect(await bench.leftovers()).toEqual([]);
  });

  it.each([
    ['hangs', () => bench.node.hangPodman('*')],
    ['fails', () => bench.node.breakPodman('*', 'the database is locked')],
  ])('has a podman that %s: nothing is taken for gone, and all goes on when it is mended', async (how, spoil) => {
    const here = request(`alloc_podman_${how}`);
    await bench.runtime.provision(here);
    // Its patience is minutes; a test's is a second.
    bench.intercept = script =>
      script.replaceAll(/\bpod \d+ /g, 'pod 1 ').replaceAll(/\bpod \$\(\(.*?\)\) /g, 'pod 1 ');
    await spoil();
    for (const asked of [
      () => bench.runtime.observe(here),
      () => bench.runtime.observe(request('alloc_never')),
      () => bench.runtime.list(target),
      () => bench.release(here, 11),
      () => bench.runtime.provision({ ...here, fencingToken: 12 }),
      () => bench.runtime.provision(request(`alloc_new_${how}`)),
    ])
      await expect(asked()).rejects.toMatchObject({ code: 'runtime_failed' });
    await bench.node.mendPodman();
    bench.intercept = script => script;
    await bench.release(here);
    await bench.release({ allocationId: `alloc_new_${how}` });
    expect(await bench.leftovers()).toEqual([]);
  });

  it('has a container that was only half made, and one whose owner podman has forgotten', async () => {
    const half = request('alloc_half');
    await bench.node.read(
      'podman create --name portico-alloc_half --label portico.state=/var/lib/portico localhost/portico-base:1 true',
    );
    expect(await bench.runtime.list(target)).toMatchObject([
      { allocationId: 'alloc_half', state: 'stopped', exitReason: 'The container was never completed.' },
    ]);
    await bench.runtime.provision(half);
    expect(await bench.login('alloc_half', 'echo whole')).toEqual({ status: 0, output: 'whole' });
    await bench.node.read('podman rm -f -t 0 portico-alloc_half');
    expect(await bench.runtime.observe(half)).toMatchObject({
      state: 'stopped',
      exitReason: 'The container is gone, and its home is still there.',
    });
    expect(await bench.runtime.list(target)).toMatchObject([{ allocationId: 'alloc_half' }]);
    await bench.release(half);
    expect(await bench.leftovers()).toEqual([]);
  });

  it('has a clock of its own: what stopped did so when we say', async () => {
    const here = request('alloc_clock');
    await bench.runtime.provision(here);
    await bench.node.skewClock(7200);
    await bench.node.read('podman kill portico-alloc_clock');
    await bench.node.skewClock(0);
    const stopped = await bench.runtime.observe(here);
    expect(stopped).toMatchObject({ state: 'stopped', exitReason: 'The container was killed.' });
    expect(Math.abs((stopped.lastAliveAt ?? 0) - Date.now())).toBeLessThan(15_000);
    await bench.release(here);
  });

  it('hears of two workers at once: the newer wins, whatever the order, and there is one container', async () => {
    const here = request('alloc_race');
    const results = await Promise.allSettled([
      bench.runtime.provision({ ...here, fencingToken: 20 }),
      bench.another().provision({ ...here, fencingToken: 21 }),
      bench.another().provision({ ...here, fencingToken: 19 }),
    ]);
    expect(results[1]).toMatchObject({ status: 'fulfilled' });
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'stale_fencing_token' });
    expect(await bench.node.containers()).toEqual(['portico-alloc_race']);
    await expect(bench.release(here, 20)).rejects.toMatchObject({ code: 'stale_fencing_token' });
    expect(await bench.runtime.observe(here)).toMatchObject({ state: 'running' });
    await bench.release(here, 22);
    expect(await bench.leftovers()).toEqual([]);
  });
});
