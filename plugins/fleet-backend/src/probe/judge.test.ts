import fc from 'fast-check';
import type { NodeCheckName } from '@portico/plugin-fleet/contract';
import { cgroupModeOf, containersConf, needsContainersConf, NodeFacts } from './facts';
import { judgeFacts } from './judge';
import { verdictOf } from './verdict';

const GIB = 1024 ** 3;
const NOW = 1_800_000_000;
type Said = Readonly<Record<string, string | readonly string[] | null>>;

/** A machine nothing is wrong with. */
const fine: Said = {
  uid: '0',
  now: String(NOW),
  kernel: 'Linux 6.1.0-28-amd64',
  machine: 'x86_64',
  system: 'Debian GNU/Linux 12 (bookworm)',
  cpus: '128',
  memory: String(1024 * GIB),
  cgroup_filesystem: 'cgroup2fs',
  controllers: 'cpuset cpu io memory hugetlb pids rdma misc',
  systemd: 'yes',
  open_files_hard: '1048576',
  processes_hard: '4127001',
  limits_raisable: 'yes',
  oci_runtime: ['crun', 'runc'],
  podman: '4.3.1',
  podman_runtime: 'crun',
  nvidia_ctk: '1.17.2',
  cdi: '/etc/cdi/nvidia.yaml nvidia.com/gpu 9',
  gpu_cards: '8',
  gpu: Array.from({ length: 8 }, (_, index) => `${index}, GPU-${index}, NVIDIA H200, 143771, 550.127.05`),
  numa_domains: '2',
  nvme: ['nvme0n1 3840755982336', 'nvme1n1 3840755982336'],
  sriov: 'ens1f0np0 16 16',
  forwarding: '1',
  network_backend: 'netavark',
  loop_devices: 'yes',
  disk_free: String(900 * GIB),
  disk_total: String(1000 * GIB),
};

function factsOf(change: Said = {}): NodeFacts {
  const lines = Object.entries({ ...fine, ...change }).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map(line => `${name}\t${line}`),
  );
  return new NodeFacts(lines.join('\n'));
}
const judged = (change: Said = {}) =>
  new Map(
    judgeFacts(factsOf(change), { askedAt: NOW * 1000, answeredAt: NOW * 1000 + 200 }).map(check => [
      check.check,
      check,
    ]),
  );

test('a machine nothing is wrong with passes every check, and has nothing to mend', () => {
  const checks = [...judged().values()];
  expect(checks.filter(check => check.status !== 'passed' || check.fix !== null)).toEqual([]);
  expect(verdictOf(checks).verdict).toBe('passed');
});

const cases: readonly (readonly [NodeCheckName, Said, string, RegExp, RegExp | null])[] = [
  ['kernel', { kernel: 'FreeBSD 14.1' }, 'failed', /Linux is needed/, null],
  ['kernel', { kernel: 'Linux 4.18.0-553' }, 'failed', /5\.4 or newer/, null],
  ['cgroups', { cgroup_filesystem: null }, 'failed', /no control groups/, null],
  ['cgroups', { controllers: 'cpuset cpu io pids' }, 'failed', /lack memory/, /cgroup_enable=memory/],
  [
    'cgroups',
    { cgroup_filesystem: 'tmpfs', controllers: 'cpu,cpuacct memory pids' },
    'warned',
    /Version 1/,
    /systemd\.unified/,
  ],
  ['cgroups', { cgroup_filesystem: 'tmpfs', cgroup_unified_beside: 'yes' }, 'warned', /Hybrid/, /systemd\.unified/],
  ['limits', { open_files_hard: '1024' }, 'failed', /1024 open files/, /limits\.d/],
  ['limits', { limits_raisable: 'no', open_files_hard: '20000' }, 'warned', /cannot be raised/, null],
  ['container_runtime', { podman: null }, 'failed', /Podman is missing/, /install -y podman/],
  ['container_runtime', { podman: '3.4.4' }, 'failed', /4\.1 or newer/, /podman/],
  ['container_runtime', { oci_runtime: null }, 'failed', /Neither crun nor runc/, /runc/],
  [
    'container_runtime',
    { cgroup_filesystem: 'tmpfs', cgroup_unified_beside: 'yes', oci_runtime: 'crun' },
    'failed',
    /runc is missing/,
    /runc/,
  ],
  ['container_runtime', { podman_error: 'database is locked' }, 'failed', /database is locked/, /podman info/],
  ['container_runtime', { limits_raisable: 'no' }, 'warned', /defaults do not work/, null],
  ['container_runtime', { limits_raisable: 'no', containers_conf: 'yes' }, 'passed', /Portico wrote/, null],
  ['cdi', { cdi: null }, 'failed', /no CDI/, /nvidia-ctk cdi generate/],
  ['cdi', { cdi: null, nvidia_ctk: null }, 'failed', /toolkit is missing/, /nvidia-container-toolkit/],
  ['cdi', { cdi: null, gpu: null, gpu_cards: '0' }, 'skipped', /no GPUs/, null],
  ['gpu_driver', { gpu: null }, 'failed', /driver is not/, /nvidia-driver/],
  ['gpu_driver', { gpu: null, gpu_error: 'Failed to initialize NVML' }, 'failed', /initialize NVML/, /dmesg/],
  ['gpu_driver', { gpu_cards: '9' }, 'warned', /8 of 9/, /dmesg/],
  ['gpu_driver', { gpu: null, gpu_cards: '0' }, 'warned', /no NVIDIA GPUs/, null],
  ['numa', { numa_domains: '0' }, 'warned', /nothing of NUMA/, null],
  ['nvme', { nvme: null }, 'skipped', /none/, null],
  ['sriov', { sriov: null }, 'skipped', /No network card/, null],
  ['sriov', { sriov: ['a 16 16', 'b 8 0'] }, 'warned', /b: 0 of 8/, /echo 8 >\/sys\/class\/net\/b/],
  ['network', { forwarding: '0' }, 'failed', /not forwarded/, /ip_forward = 1/],
  ['network', { network_backend: null }, 'failed', /no network backend/, /netavark/],
  ['network', { lacks: ['losetup', 'nft'] }, 'failed', /^nft missing/, /nftables/],
  ['disk', { lacks: 'mkfs.ext4' }, 'failed', /mkfs\.ext4 missing/, /e2fsprogs/],
  ['disk', { loop_devices: null }, 'warned', /no loop devices/, /modprobe loop/],
  ['container_runtime', { lacks: 'ssh-keyscan' }, 'failed', /ssh-keyscan missing/, /openssh-client/],
  ['network', { podman: null }, 'skipped', /once podman/, null],
  ['disk', { disk_free: String(GIB) }, 'failed', /1 of 1000 GiB/, /prune/],
  ['disk', { disk_free: String(20 * GIB) }, 'warned', /20 of 1000 GiB/, /prune/],
  ['disk', { disk_free: null }, 'warned', /could not be found out/, /df/],
  ['clock', { now: String(NOW + 60) }, 'warned', /60 s ahead/, /ntp/],
  ['clock', { now: String(NOW - 60) }, 'warned', /59 s behind/, /ntp/],
  ['clock', { now: String(NOW + 7200) }, 'failed', /7200 s ahead/, /ntp/],
  ['clock', { now: null }, 'warned', /could not be read/, null],
];

test.each(cases)('%s with %j is %s', (check, change, status, message, fix) => {
  const found = judged(change).get(check);
  expect(found?.status).toBe(status);
  expect(found?.message).toMatch(message);
  if (fix === null) expect(found?.fix).toBeNull();
  else expect(found?.fix).toMatch(fix);
});

test('whatever a machine says, every check is judged, and what fails or warns says so in a sentence', () => {
  const names = Object.keys(fine);
  const anything = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.string({ maxLength: 30 }), fc.constant(null)));
  fc.assert(
    fc.property(anything, change => {
      const checks = [...judged(change).values()];
      expect(checks).toHaveLength(12);
      expect(checks.every(check => /[.:]/.test(check.message))).toBe(true);
    }),
  );
});

test('the verdict is the worst of the checks; what is skipped is not bad', () => {
  const of = (...statuses: ('passed' | 'warned' | 'failed' | 'skipped')[]) =>
    verdictOf(statuses.map(status => ({ check: 'disk' as const, status, message: '', fix: null }))).verdict;
  expect([of('passed', 'skipped'), of('passed', 'warned'), of('warned', 'failed')]).toEqual([
    'passed',
    'warned',
    'failed',
  ]);
});

describe('the configuration of podman', () => {
  const hybrid: Said = { cgroup_filesystem: 'tmpfs', cgroup_unified_beside: 'yes' };

  test('is written where its defaults do not work, and nowhere else', () => {
    expect(needsContainersConf(factsOf())).toBe(false);
    expect(needsContainersConf(factsOf(hybrid))).toBe(true);
    expect(needsContainersConf(factsOf({ limits_raisable: 'no' }))).toBe(true);
    expect(needsContainersConf(factsOf({ ...hybrid, podman: null }))).toBe(false);
    expect(cgroupModeOf(factsOf({ cgroup_filesystem: 'tmpfs' }))).toBe('legacy');
  });

  test('asks for no more than the machine allows, and for runc where crun refuses', () => {
    const conf = containersConf(factsOf({ ...hybrid, open_files_hard: '4096', processes_hard: '900', systemd: null }));
    expect(conf).toContain('default_ulimits = ["nofile=4096:4096", "nproc=900:900"]');
    expect(conf).toContain('runtime = "runc"');
    expect(conf).toContain('cgroup_manager = "cgroupfs"');
    const modern = containersConf(factsOf({ limits_raisable: 'no' }));
    expect(modern).not.toMatch(/runtime =|cgroup_manager/);
    expect(modern).toContain('nofile=20000:20000');
  });
});
