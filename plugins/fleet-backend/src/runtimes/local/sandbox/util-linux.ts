import { ROOT_BYTES, TERMINALS_MAX } from '../limits';
import { dropPrivilegesScript, quote } from './drop-privileges';
import { parentsOf } from './plan';
import type { SandboxPlan } from './plan';

/**
 * The sandbox built with `unshare`, `mount` and `pivot_root` alone. Works as root and, through a user namespace, as an ordinary
 * user. The script runs as pid 1 of the new namespaces and replaces itself with the shell that becomes init.
 */
export function utilLinuxCommand(plan: SandboxPlan, nestUserNamespace: boolean): string[] {
  const user = plan.hostUid === null ? ['--user', '--map-root-user'] : [];
  return [
    'setpriv', '--pdeathsig', 'KILL',
    'unshare', ...user, '--mount', '--pid', '--ipc', '--uts', '--net', '--cgroup', '--fork', '--kill-child',
    'sh', '-c', setupScript(plan, nestUserNamespace),
  ]; // prettier-ignore
}

/** Read-only, recursively. A plain recursive bind leaves the mounts below writable, and in a user namespace flags of theirs are locked. */
const READ_ONLY = `read_only() {
  findmnt --raw --noheadings --output TARGET,VFS-OPTIONS --submounts --target "$1" | while read -r target options; do
    case "$(printf '%b' "$target")" in "$1"|"$1"/*) ;; *) continue ;; esac
    options=$(printf '%s' "$options" | sed 's/^rw//;s/,rw,/,/;s/^,//')
    mount -o "remount,bind,ro,nosuid,nodev\${options:+,$options}" "$(printf '%b' "$target")"
  done
}`;

function setupScript(plan: SandboxPlan, nestUserNamespace: boolean): string {
  const root = plan.rootDirectory;
  const inRoot = (path: string) => quote(root + path);
  const lines = [
    'set -eu; umask 022',
    READ_ONLY,
    'mount --make-rprivate /',
    `mount -t tmpfs -o size=${ROOT_BYTES},mode=755,nosuid,nodev tmpfs ${quote(root)}`,
    `mkdir ${inRoot('/proc')} ${inRoot('/dev')} ${inRoot('/old')}`,
    `mount -t tmpfs -o size=${ROOT_BYTES},mode=755,nosuid tmpfs ${inRoot('/dev')}`,
    `mkdir ${inRoot('/dev/pts')}`,
    `mount -t devpts -o newinstance,ptmxmode=0666,mode=620,max=${TERMINALS_MAX},nosuid,noexec devpts ${inRoot('/dev/pts')}`,
    `ln -s pts/ptmx ${inRoot('/dev/ptmx')}; ln -s /proc/self/fd ${inRoot('/dev/fd')}`,
    ...['stdin', 'stdout', 'stderr'].map((name, fd) => `ln -s /proc/self/fd/${fd} ${inRoot(`/dev/${name}`)}`),
  ];
  const made = new Set<string>();
  for (const step of plan.steps) {
    const fresh = parentsOf(step.target).filter(path => !made.has(path));
    for (const path of fresh) made.add(path);
    if (fresh.length > 0) lines.push(`mkdir -p ${fresh.map(inRoot).join(' ')}`);
    const target = inRoot(step.target);
    if (step.kind === 'symlink') {
      lines.push(`ln -s ${quote(step.source)} ${target}`);
    } else if (step.kind === 'tmpfs') {
      const mode = `size=${step.bytes},mode=${step.mode},nosuid,nodev`;
      lines.push(`[ -d ${target} ] || mkdir ${target}`);
      lines.push(`mount -t tmpfs -o ${mode}${step.writable ? '' : ',ro'} tmpfs ${target}`);
    } else if (step.kind === 'device') {
      lines.push(`[ -e ${target} ] || : > ${target}; mount --bind ${quote(step.source)} ${target}`);
    } else {
      lines.push(step.directory ? `mkdir -p ${target}` : `: > ${target}`);
      lines.push(`mount --rbind ${quote(step.source)} ${target}`);
      lines.push(step.writable ? `mount -o remount,bind,nosuid,nodev ${target}` : `read_only ${target}`);
    }
  }
  lines.push(
    `mount -t proc -o nosuid,nodev,noexec proc ${inRoot('/proc')}`,
    `cd ${quote(root)}; pivot_root . old; cd /; umount -l /old; rmdir /old`,
    // What unprivileged users of a normal system may read, but a neighbour need not.
    'for f in kcore keys key-users timer_list sched_debug latency_stats; do [ -e /proc/$f ] && mount --bind /dev/null /proc/$f; done',
    'for d in bus fs irq; do [ -d /proc/$d ] && mount --bind /proc/$d /proc/$d && mount -o remount,bind,ro,nosuid,nodev,noexec /proc/$d; done',
    'mount -o remount,bind,ro,nosuid /dev; mount -o remount,bind,ro,nosuid,nodev /',
    'ip link set lo up',
    `{ hostname ${quote(plan.hostname)} || true; } 2>/dev/null`,
    dropPrivilegesScript(plan, { userNamespace: nestUserNamespace ? 'nest' : 'none', capabilities: true }),
  );
  return lines.join('\n');
}
