import { cgroupModeOf, needsContainersConf } from './facts';
import type { NodeFacts } from './facts';
import type { NodeCheck } from './verdict';

const GIB = 1024 ** 3;
/** Kernel with everything rootful containers in user namespaces need of overlay file systems. */
const KERNEL_MIN = [5, 4] as const;
const PODMAN_MIN = [4, 1] as const;
/** Bytes for images and homes: below the first nothing can be launched, below the second not much. */
const DISK_FAILED_BYTES = 2 * GIB;
const DISK_WARNED_BYTES = 50 * GIB;
const OPEN_FILES_MIN = 4_096;
/** Seconds. Tokens and certificates inside workloads suffer first; billing uses the portal's clock. */
const CLOCK_WARNED_SECONDS = 5;
const CLOCK_FAILED_SECONDS = 300;

type Judgement = Omit<NodeCheck, 'check'>;
const passed = (message: string): Judgement => ({ status: 'passed', message, fix: null });
const skipped = (message: string): Judgement => ({ status: 'skipped', message, fix: null });
const warned = (message: string, fix: string | null = null): Judgement => ({ status: 'warned', message, fix });
const failed = (message: string, fix: string | null = null): Judgement => ({ status: 'failed', message, fix });

/** Everything that is judged by what a node says; `askedAt` and `answeredAt` are the portal's own clock around the question, in milliseconds. */
export function judgeFacts(facts: NodeFacts, asked: { askedAt: number; answeredAt: number }): NodeCheck[] {
  return [
    { check: 'kernel', ...kernel(facts) },
    { check: 'cgroups', ...cgroups(facts) },
    { check: 'limits', ...limits(facts) },
    { check: 'container_runtime', ...containerRuntime(facts) },
    { check: 'cdi', ...cdi(facts) },
    { check: 'gpu_driver', ...gpuDriver(facts) },
    { check: 'numa', ...numa(facts) },
    { check: 'nvme', ...nvme(facts) },
    { check: 'sriov', ...sriov(facts) },
    { check: 'network', ...network(facts) },
    { check: 'disk', ...disk(facts) },
    { check: 'clock', ...clock(facts, asked) },
  ];
}

function kernel(facts: NodeFacts): Judgement {
  const said = facts.text('kernel') ?? 'unknown';
  const version = versionIn(said);
  if (!said.startsWith('Linux ') || version === undefined) return failed(`The kernel is ${said}; Linux is needed.`);
  if (isOlder(version, KERNEL_MIN)) return failed(`The kernel is ${said}; ${KERNEL_MIN.join('.')} or newer is needed.`);
  return passed(
    `${said} on ${facts.text('machine') ?? 'an unknown machine'}, ${facts.text('system') ?? 'an unknown system'}.`,
  );
}

function cgroups(facts: NodeFacts): Judgement {
  const mode = cgroupModeOf(facts);
  const missing = ['cpu', 'memory', 'pids'].filter(name => !controllers(facts).has(name));
  if (mode === 'unknown')
    return failed('There are no control groups, so nothing would keep containers within their limits.');
  if (missing.length > 0)
    return failed(
      `Control groups lack ${missing.join(', ')}.`,
      'grubby --update-kernel=ALL --args="cgroup_enable=memory" || sed -i \'s/^GRUB_CMDLINE_LINUX="/&cgroup_enable=memory /\' /etc/default/grub && update-grub; reboot',
    );
  if (mode === 'unified') return passed('Version 2.');
  return warned(
    `${mode === 'hybrid' ? 'Hybrid' : 'Version 1'}: limits hold, but metrics are coarser. Version 2 is better.`,
    "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&systemd.unified_cgroup_hierarchy=1 /' /etc/default/grub && update-grub && reboot",
  );
}

/** `cpu,cpuacct` of version 1 is both. */
function controllers(facts: NodeFacts): Set<string> {
  return new Set((facts.text('controllers') ?? '').split(/[\s,]+/));
}

function limits(facts: NodeFacts): Judgement {
  const openFiles = facts.text('open_files_hard') ?? 'unknown';
  if (Number(openFiles) < OPEN_FILES_MIN)
    return failed(
      `No more than ${openFiles} open files are allowed; frameworks need thousands.`,
      "printf '* hard nofile 1048576\\n' >/etc/security/limits.d/portico.conf",
    );
  if (facts.text('limits_raisable') === 'no')
    return warned(`Limits cannot be raised (open files: ${openFiles}); containers get what there is.`);
  return passed(`Open files up to ${openFiles}, and more can be had.`);
}

function containerRuntime(facts: NodeFacts): Judgement {
  const podman = facts.text('podman');
  const runtimes = facts.all('oci_runtime');
  const install = 'apt-get install -y podman runc netavark || dnf install -y podman runc netavark';
  if (podman === undefined) return failed('Podman is missing.', install);
  const version = versionIn(podman);
  if (version === undefined || isOlder(version, PODMAN_MIN))
    return failed(`Podman is ${podman}; ${PODMAN_MIN.join('.')} or newer is needed (CDI).`, install);
  if (runtimes.length === 0) return failed('Neither crun nor runc is there.', install);
  if (cgroupModeOf(facts) === 'hybrid' && !runtimes.includes('runc'))
    return failed(
      'crun does not work with hybrid control groups, and runc is missing.',
      'apt-get install -y runc || dnf install -y runc',
    );
  const lacking = ['ssh-keygen', 'ssh-keyscan'].filter(tool => facts.all('lacks').includes(tool));
  if (lacking.length > 0)
    return failed(
      `${lacking.join(' and ')} missing, with which people are let into containers.`,
      'apt-get install -y openssh-client || dnf install -y openssh-clients',
    );
  const error = facts.text('podman_error');
  if (error !== undefined) return failed(`Podman does not work: ${error}`, 'podman info');
  const conf = facts.text('containers_conf') === 'yes' ? ', with the configuration Portico wrote for this machine' : '';
  if (conf === '' && needsContainersConf(facts)) return warned('Podman’s defaults do not work on this machine.');
  return passed(`Podman ${podman} with ${facts.text('podman_runtime') ?? runtimes[0] ?? ''}${conf}.`);
}

function cdi(facts: NodeFacts): Judgement {
  const specifications = facts.all('cdi').map(line => line.split(' '));
  const cards = facts.number('gpu_cards') ?? 0;
  const gpus = facts.all('gpu').length;
  const generate = 'nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml';
  if (specifications.length > 0)
    return passed(
      `${specifications.map(([file = '', kind = '', devices = '']) => `${kind}: ${devices} names in ${file}`).join('; ')}.`,
    );
  if (cards === 0 && gpus === 0) return skipped('There are no GPUs to describe.');
  if (facts.text('nvidia_ctk') === undefined)
    return failed(
      'GPUs are there, but containers cannot be given them: the NVIDIA container toolkit is missing.',
      `apt-get install -y nvidia-container-toolkit && ${generate}`,
    );
  return failed('GPUs are there, but no CDI specification describes them.', generate);
}

function gpuDriver(facts: NodeFacts): Judgement {
  const gpus = facts.all('gpu').map(line => line.split(',').map(cell => cell.trim()));
  const cards = facts.number('gpu_cards') ?? 0;
  const error = facts.text('gpu_error');
  if (error !== undefined) return failed(`nvidia-smi does not work: ${error}`, 'nvidia-smi; dmesg | grep -i nvrm');
  if (gpus.length === 0 && cards === 0) return warned('There are no NVIDIA GPUs.');
  if (gpus.length === 0)
    return failed(
      `${cards} NVIDIA GPUs are there, but the driver is not.`,
      'apt-get install -y nvidia-driver && reboot',
    );
  const models = [...new Set(gpus.map(([, , model]) => model ?? 'unknown'))].join(', ');
  const driver = gpus[0]?.[4] === undefined ? '' : `, driver ${gpus[0][4]}`;
  if (cards > gpus.length)
    return warned(`${gpus.length} of ${cards} GPUs answer (${models}${driver}).`, 'dmesg | grep -i -e nvrm -e xid');
  return passed(`${gpus.length} × ${models}${driver}.`);
}

function numa(facts: NodeFacts): Judgement {
  const domains = facts.number('numa_domains') ?? 0;
  if (domains === 0) return warned('The kernel says nothing of NUMA; the machine counts as one domain.');
  return passed(domains === 1 ? 'One domain.' : `${domains} domains.`);
}

function nvme(facts: NodeFacts): Judgement {
  const drives = facts.all('nvme').map(line => line.split(' '));
  if (drives.length === 0) return skipped('There are none; homes lie on the system’s disk.');
  return passed(
    `${drives.map(([name = '', bytes = '0']) => `${name} (${Math.round(Number(bytes) / GIB)} GiB)`).join(', ')}.`,
  );
}

function sriov(facts: NodeFacts): Judgement {
  const cards = facts.all('sriov').map(line => line.split(' '));
  if (cards.length === 0) return skipped('No network card has virtual functions.');
  const unused = cards.filter(([, total, on]) => Number(total) > 0 && Number(on) === 0);
  const told = `${cards.map(([name = '', total = '0', on = '0']) => `${name}: ${on} of ${total}`).join(', ')} on.`;
  const [first] = unused;
  if (first === undefined) return passed(told);
  return warned(told, `echo ${first[1] ?? ''} >/sys/class/net/${first[0] ?? ''}/device/sriov_numvfs`);
}

function network(facts: NodeFacts): Judgement {
  if (facts.text('podman') === undefined) return skipped('Judged once podman is there.');
  if (facts.all('network_backend').length === 0)
    return failed(
      'Podman has no network backend.',
      'apt-get install -y netavark aardvark-dns || dnf install -y netavark aardvark-dns',
    );
  const lacking = ['nft', 'ip'].filter(tool => facts.all('lacks').includes(tool));
  if (lacking.length > 0)
    return failed(
      `${lacking.join(' and ')} missing: nothing would keep workloads off the node’s networks.`,
      'apt-get install -y nftables iproute2 || dnf install -y nftables iproute',
    );
  if (facts.text('forwarding') !== '1')
    return failed(
      'Packets are not forwarded, so containers reach nothing.',
      "echo 'net.ipv4.ip_forward = 1' >/etc/sysctl.d/90-portico.conf && sysctl --system",
    );
  return passed(`${facts.all('network_backend').join(' and ')}, with forwarding.`);
}

function disk(facts: NodeFacts): Judgement {
  const free = facts.number('disk_free');
  if (free === undefined) return warned('How much room there is could not be found out.', 'df -h /var/lib/containers');
  const lacking = ['flock', 'mkfs.ext4', 'losetup'].filter(tool => facts.all('lacks').includes(tool));
  if (lacking.length > 0)
    return failed(
      `${lacking.join(', ')} missing, with which homes are made.`,
      'apt-get install -y e2fsprogs util-linux mount || dnf install -y e2fsprogs util-linux',
    );
  const told = `${Math.floor(free / GIB)} of ${Math.floor((facts.number('disk_total') ?? 0) / GIB)} GiB are free for images and homes.`;
  if (free < DISK_FAILED_BYTES) return failed(told, 'podman image prune --all --force; df -h /var/lib/containers');
  if (free < DISK_WARNED_BYTES) return warned(told, 'podman image prune --all --force');
  if (facts.text('loop_devices') !== 'yes')
    return warned(`${told} There are no loop devices, so homes cannot be bounded.`, 'modprobe loop');
  return passed(told);
}

function clock(facts: NodeFacts, { askedAt, answeredAt }: { askedAt: number; answeredAt: number }): Judgement {
  const now = facts.number('now');
  if (now === undefined) return warned('Its clock could not be read.');
  // Anywhere within the second it named, and between question and answer, is agreement.
  const behind = Math.max(0, askedAt / 1000 - (now + 1));
  const ahead = Math.max(0, now - answeredAt / 1000);
  const skew = Math.round(Math.max(behind, ahead));
  const told =
    skew === 0 ? 'It agrees with the portal’s.' : `It is ${skew} s ${behind > 0 ? 'behind' : 'ahead of'} the portal’s.`;
  const fix = 'timedatectl set-ntp true || chronyc makestep';
  if (skew > CLOCK_FAILED_SECONDS) return failed(told, fix);
  return skew > CLOCK_WARNED_SECONDS ? warned(told, fix) : passed(told);
}

function versionIn(text: string): readonly number[] | undefined {
  const match = /(\d+)\.(\d+)/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

function isOlder(version: readonly number[], least: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version;
  return major < least[0] || (major === least[0] && minor < least[1]);
}
