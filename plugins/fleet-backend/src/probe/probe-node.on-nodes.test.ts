import { NodeAddressPolicy } from '../ssh/address-policy';
import { withConnection } from '../ssh/connections';
import type { SshLogin } from '../ssh/ssh-client';
import { BASE_IMAGE, describeWithRealNodes, startRealNode } from '../testing/real-nodes';
import type { RealNode } from '../testing/real-nodes';
import { probeNode } from './probe-node';

const clock = { now: () => Date.now() };

describeWithRealNodes('probing a real machine', () => {
  let machine: RealNode;
  beforeAll(async () => {
    machine = await startRealNode({ name: 'gpu-p', gpus: 4, numaDomains: 2, prepared: false });
  }, 60_000);
  afterAll(() => machine?.stop());
  const probe = (change: Partial<SshLogin> = {}) => {
    const login: SshLogin = {
      address: { host: machine.address, port: machine.port },
      hostKey: machine.hostKey(),
      username: machine.logins.operator,
      credential: { kind: 'private_key', privateKey: machine.privateKey },
      ...change,
    };
    return withConnection({ policy: new NodeAddressPolicy(['10.0.0.0/8']), login }, connection =>
      probeNode(connection, clock),
    );
  };
  const check = async (name: string) => (await probe()).verdict.checks.find(found => found.check === name);

  test('finds what it has, and leaves the configuration with which podman works where it did not', async () => {
    expect((await machine.run(`podman run --rm ${BASE_IMAGE} true`)).status).not.toBe(0);
    const { verdict, capacity, error } = await probe();
    expect(error).toBeUndefined();
    expect(verdict.checks.filter(found => found.status === 'failed')).toEqual([]);
    const message = (name: string) => verdict.checks.find(found => found.check === name)?.message;
    expect(message('gpu_driver')).toContain('4 × NVIDIA H200');
    expect(message('cdi')).toContain('nvidia.com/gpu');
    expect(message('numa')).toBe('2 domains.');
    expect(message('container_runtime')).toContain('Portico wrote');
    expect(capacity?.memoryBytes).toBeGreaterThan(2 ** 30);
    const run = `CONTAINERS_CONF=/etc/portico/containers.conf podman run --rm --device ${machine.cdiKind}=0 ${BASE_IMAGE} echo works`;
    expect(await machine.read(run)).toBe('works');
    const written = await machine.read('stat -c %Y /etc/portico/containers.conf');
    await probe();
    expect(await machine.read('stat -c %Y /etc/portico/containers.conf')).toBe(written);
  }, 60_000);

  test('a clock that is off, a disk that is full and a podman that is broken are told', async () => {
    await machine.skewClock(7200);
    expect(await check('clock')).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/7(199|200|201) s ahead/) as string,
    });
    await machine.skewClock(0);
    await machine.fillDisk();
    expect(await check('disk')).toMatchObject({ status: 'failed' });
    await machine.freeDisk();
    await machine.breakPodman('info*', 'database is locked');
    expect(await check('container_runtime')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('database is locked') as string,
    });
    await machine.mendPodman();
    await machine.read('mv /usr/sbin/nft /usr/sbin/nft.away');
    expect(await check('network')).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/^nft missing/) as string,
    });
    await machine.read('mv /usr/sbin/nft.away /usr/sbin/nft');
    expect((await probe()).verdict.verdict).not.toBe('failed');
  }, 60_000);

  test('a podman that hangs is told, and holds nothing up for long', async () => {
    await machine.hangPodman('info*');
    expect(await check('container_runtime')).toMatchObject({ status: 'failed' });
    await machine.mendPodman();
  }, 60_000);

  test.each([
    ['host_key', { hostKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6dH0xBSUVjqDCxCPZ0rVGnJ1Sj9Wd0X7Hn3kB6Y9mQ' }],
    ['sudo', { username: 'visitor', credential: { kind: 'password', password: '' } }],
    ['reachability', { address: { host: '10.255.255.254', port: 1 } }],
  ] as const)('one that fails at %s has failed that, and what comes after was not looked at', async (name, change) => {
    const password = machine.logins.password;
    const { verdict, error } = await probe(
      'credential' in change ? { ...change, credential: { kind: 'password', password } } : change,
    );
    expect(error).toBeDefined();
    expect(verdict.verdict).toBe('failed');
    const at = verdict.checks.findIndex(found => found.check === name);
    expect(verdict.checks[at]).toMatchObject({ status: 'failed', fix: expect.any(String) as string });
    expect(verdict.checks.slice(0, at).every(found => found.status === 'passed')).toBe(true);
    expect(verdict.checks.slice(at + 1).every(found => found.status === 'skipped')).toBe(true);
  });
});
