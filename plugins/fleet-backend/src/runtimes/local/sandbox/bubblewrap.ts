import { TERMINALS_MAX } from '../limits';
import { dropPrivilegesScript } from './drop-privileges';
import { parentsOf, SANDBOX_UID } from './plan';
import type { SandboxPlan } from './plan';

/**
 * The same plan for bubblewrap. As root it mounts as root and leaves the change of uid to the last step inside, for which it keeps
 * four capabilities until then; as an ordinary user it maps that user, drops every capability and forbids further namespaces itself.
 */
export function bubblewrapCommand(plan: SandboxPlan, nestUserNamespace: boolean): string[] {
  const root = plan.hostUid !== null;
  const args = [
    'bwrap', '--die-with-parent', '--as-pid-1', '--new-session', '--hostname', plan.hostname,
    '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-net', '--unshare-cgroup-try',
  ]; // prettier-ignore
  if (!root)
    args.push('--unshare-user', '--disable-userns', '--uid', String(SANDBOX_UID), '--gid', String(SANDBOX_UID));
  else {
    args.push('--cap-drop', 'ALL');
    for (const capability of ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP', 'CAP_SYS_ADMIN'])
      args.push('--cap-add', capability);
  }
  args.push('--dev', '/dev', '--proc', '/proc');
  const made = new Set<string>();
  for (const step of plan.steps) {
    // Left to itself, bubblewrap makes missing parents that only root can enter.
    for (const parent of parentsOf(step.target)) {
      if (!made.has(parent)) args.push('--perms', '0755', '--dir', parent);
      made.add(parent);
    }
    if (step.kind === 'symlink') args.push('--symlink', step.source, step.target);
    else if (step.kind === 'device') {
      if (!BUBBLEWRAP_DEVICES.has(step.target)) args.push('--dev-bind', step.source, step.target);
    } else if (step.kind === 'tmpfs') {
      args.push('--perms', step.mode, '--size', String(step.bytes), '--tmpfs', step.target);
      if (!step.writable) args.push('--remount-ro', step.target);
    } else args.push(step.writable ? '--bind' : '--ro-bind', step.source, step.target);
  }
  args.push('--remount-ro', '/dev', '--remount-ro', '/', '--chdir', '/', '--');
  // Bubblewrap covers /proc/sys; the last step needs it for one write, and afterwards nobody is left with the right to write there.
  const uncover = root && nestUserNamespace ? 'umount /proc/sys 2>/dev/null || true; ' : '';
  // Bubblewrap cannot bound the terminals itself, and an ordinary user may not. What is not said again falls back to its default.
  const terminals = root
    ? `mount -o remount,ptmxmode=0666,mode=620,max=${TERMINALS_MAX},nosuid,noexec /dev/pts || exit 1; `
    : '';
  const userNamespace = nestUserNamespace && root ? 'nest' : 'none';
  const drop = dropPrivilegesScript(plan, { userNamespace, capabilities: root });
  return ['setpriv', '--pdeathsig', 'KILL', ...args, 'sh', '-c', terminals + uncover + drop];
}

/** `--dev` makes these itself. */
const BUBBLEWRAP_DEVICES = new Set(['null', 'zero', 'full', 'random', 'urandom', 'tty'].map(name => `/dev/${name}`));
