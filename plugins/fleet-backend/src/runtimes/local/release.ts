import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { RELEASE_DEADLINE_MS } from './limits';
import { RuntimeError } from './port';
import {
  bootId,
  childrenOf,
  isAlive,
  killProcess,
  processesOfUid,
  processesWithArgument,
  processesWithEnvironment,
} from './process-table';
import { controlGroupName } from './sandbox-launch';
import { ControlGroup } from './supervisor/control-group';
import type { AllocationStore } from './allocation-store';
import type { ProcessIdentity } from './process-table';

const POLL_MS = 10;

/**
 * Ends every process of an allocation, proves it, then removes what it held. Resolves only when nothing is left; throws otherwise.
 *
 * The proof: init of the pid namespace is gone, and the kernel lets init go only after everything in its namespace; as root, also that
 * no process runs as the allocation's own uid; with control groups, that they are empty (an occupied one cannot be removed).
 */
export async function destroyAllocation(target: {
  store: AllocationStore;
  allocationId: string;
  installation: string;
  /** Keeps home and record, to start the same allocation again. */
  keepFiles: boolean;
}): Promise<void> {
  const { store, allocationId, installation, keepFiles } = target;
  if (!store.exists(allocationId)) return;
  const record = store.record(allocationId);
  if (record && !keepFiles && record.phase !== 'releasing') {
    // Best effort: on a full disk the release must go on, it is what makes room.
    try {
      store.saveRecord({ ...record, phase: 'releasing' });
    } catch {
      // The record stays as it was; a crash from here on is seen as stopped, and released again.
    }
  }

  // By a clock that nobody sets.
  const deadline = performance.now() + RELEASE_DEADLINE_MS;
  const group = ControlGroup.open(controlGroupName(installation, allocationId));
  for (;;) {
    const left = remaining(target, record?.uid ?? null, record?.isolation ?? 'sandbox');
    group?.kill();
    for (const process of left) killProcess(process);
    if (left.length === 0 && (!group || group.remove())) break;
    if (performance.now() > deadline) {
      throw new RuntimeError(
        'runtime_failed',
        `${left.length} processes of ${allocationId} could not be ended in time.`,
      );
    }
    await new Promise(done => setTimeout(done, POLL_MS));
  }

  if (!keepFiles) return store.remove(allocationId);
  for (const name of ['supervisor.json', 'exit.json', 'run/agent.sock', 'run/control.sock']) {
    rmSync(join(store.directory(allocationId), name), { force: true });
  }
}

function remaining(
  { store, allocationId }: { store: AllocationStore; allocationId: string },
  uid: number | null,
  isolation: 'sandbox' | 'none',
): ProcessIdentity[] {
  const account = store.account(allocationId);
  const known = account && account.bootId === bootId() ? [account.init, account.supervisor] : [];
  const left = known.filter(isAlive);
  // What init started goes with it, so the rest is looked for only afterwards: reading every process of the machine holds up the portal.
  if (left.length > 0) return left;
  if (uid !== null) left.push(...processesOfUid(uid));
  if (isolation === 'none') left.push(...processesWithEnvironment(`PORTICO_ALLOCATION_ID=${allocationId}`));
  // A supervisor that was killed or is still starting has left no account: it, and what it started, is known by its argument.
  if (!account)
    for (const supervisor of processesWithArgument(store.directory(allocationId)))
      left.push(supervisor, ...childrenOf(supervisor.pid));
  return left;
}
