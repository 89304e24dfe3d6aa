import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Attention, Audit, Clock, Database } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import type { Runtime, RuntimeKind, RuntimeObservation } from '@portico/plugin-fleet/port';
import { auditedOrphan, orphanActor } from '../domain/audited';
import { allNodes } from '../store/nodes';
import type { NodeRow } from '../store/nodes';
import { holdersOn } from '../store/slots';

/**
 * Above every token a task was ever given. Nobody else may act on an orphan any more: allocation ids are not used twice, and slots are given
 * back only after the task that drove the runtime is done with it.
 */
const ORPHAN_FENCING_TOKEN = Number.MAX_SAFE_INTEGER;

export interface OrphanOptions {
  readonly database: Database;
  readonly audit: Audit;
  readonly attention: Attention;
  readonly clock: Clock;
  readonly runtimes: ReadonlyMap<RuntimeKind, Runtime>;
  readonly logger: LoggerService;
  readonly graceSeconds: number;
}

/**
 * Compares what runtimes say they run with who holds slots. The runtime is asked first and the holders are read after: slots are held before anything
 * is created, so what has no holder then had none when it was seen. After the grace it is released; when that fails a person is called and it is tried again.
 */
export function createOrphanReconciler(options: OrphanOptions): (signal: AbortSignal) => Promise<void> {
  const unclaimedSince = new Map<string, number>();
  return async signal => {
    const seen = new Set<string>();
    for (const node of await allNodes(options.database.read)) {
      const runtime = options.runtimes.get(node.runtime);
      if (runtime === undefined || signal.aborted) continue;
      // Nobody was ever let into it, so nothing runs there that is ours, and asking would fail every time.
      if (node.status === 'registered') continue;
      const orphans = await orphansOn(options, { node, runtime });
      if (orphans === 'unknown') {
        // Its clocks keep running: an orphan on a node that cannot be asked is still one.
        for (const key of unclaimedSince.keys()) if (key.startsWith(`${node.node_id}/`)) seen.add(key);
        continue;
      }
      for (const orphan of orphans) {
        const key = `${node.node_id}/${orphan.allocationId}`;
        seen.add(key);
        const since = unclaimedSince.get(key) ?? options.clock.now();
        unclaimedSince.set(key, since);
        if (options.clock.now() - since >= options.graceSeconds * 1000)
          await remove(options, { node, runtime, orphan });
      }
    }
    for (const key of unclaimedSince.keys()) if (!seen.has(key)) unclaimedSince.delete(key);
  };
}

async function orphansOn(
  { database, logger }: OrphanOptions,
  { node, runtime }: { node: NodeRow; runtime: Runtime },
): Promise<readonly RuntimeObservation[] | 'unknown'> {
  try {
    const running = await runtime.list({ nodeId: node.node_id, name: node.name });
    const holders = await holdersOn(database.read, node.node_id);
    return running.filter(instance => instance.state !== 'absent' && !holders.has(instance.allocationId));
  } catch (error) {
    logger.warn(`what runs on node ${node.name} could not be listed: ${String(error)}`);
    return 'unknown';
  }
}

async function remove(
  options: OrphanOptions,
  { node, runtime, orphan }: { node: NodeRow; runtime: Runtime; orphan: RuntimeObservation },
): Promise<void> {
  const { allocationId } = orphan;
  const resource = { type: 'allocation', id: allocationId };
  try {
    await runtime.release({
      allocationId,
      node: { nodeId: node.node_id, name: node.name },
      fencingToken: ORPHAN_FENCING_TOKEN,
    });
  } catch (error) {
    const message = `Something of ${allocationId} runs on ${node.name}, no allocation holds slots for it, and it could not be removed: ${String(error)}`;
    options.logger.error(message);
    await options.database.transaction(tx =>
      options.attention.raise(tx, { kind: 'orphan_instance', resource, organizationId: null, message }),
    );
    return;
  }
  options.logger.warn(`removed from node ${node.name} what was left of ${allocationId}`);
  await options.database.transaction(async tx => {
    await options.attention.clear(tx, { kind: 'orphan_instance', resource });
    await options.audit.record(tx, {
      action: 'fleet.orphan.removed',
      actor: orphanActor,
      organizationId: null,
      resource: auditedOrphan,
      targetId: allocationId,
      correlationId: newId('corr', tx.now),
      reason: 'It ran on the node without an allocation that holds slots there.',
      before: { node_id: node.node_id, allocation_id: allocationId, state: orphan.state },
    });
  });
}
