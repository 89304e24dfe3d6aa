import { SANDBOX_UID } from './plan';
import type { SandboxPlan } from './plan';

export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * The last thing done with any privilege inside the finished sandbox, the same for both tools. In order:
 *
 * 1. become the allocation's own uid (when the backend is root);
 * 2. enter a user namespace that maps only that uid, and forbid further ones: user namespaces are where a tenant without any
 *    privilege reaches most of the kernel's attack surface;
 * 3. lose every capability, from the bounding set too, and the right to gain any; die when the parent dies (after the change of
 *    uid, because the kernel forgets that wish when the uid changes);
 * 4. lower limits, and run the agent below a shell: as pid 1 the shell reaps orphans, and when the agent ends, everything ends.
 */
export function dropPrivilegesScript(
  plan: SandboxPlan,
  holds: { userNamespace: 'nest' | 'none'; capabilities: boolean },
): string {
  const environment = Object.entries(plan.environment).map(([name, value]) => quote(`${name}=${value}`));
  const init = `${plan.command.map(quote).join(' ')}; exit $?`;
  const final = [
    `exec setpriv --pdeathsig KILL --no-new-privs${holds.capabilities ? ' --bounding-set=-all --inh-caps=-all --ambient-caps=-all' : ''}`,
    `prlimit --nproc=${plan.processesMax} --nofile=${plan.openFilesMax} --fsize=${plan.fileBytesMax} --core=0`,
    `env -i ${environment.join(' ')} sh -c ${quote(init)}`,
  ].join(' ');
  const become = plan.hostUid === null ? '' : `setpriv --reuid ${plan.hostUid} --regid ${plan.hostUid} --clear-groups`;
  if (holds.userNamespace === 'none') return become ? `exec ${become} sh -c ${quote(final)}` : final;
  const forbid = `echo 0 > /proc/sys/user/max_user_namespaces && ${final}`;
  return `exec ${become} unshare --user --map-user=${SANDBOX_UID} --map-group=${SANDBOX_UID} --keep-caps sh -c ${quote(forbid)}`;
}
