import { RuntimeError } from '@portico/plugin-fleet/port';
import { hostChanges } from '../domain/host-changes';
import { IncompleteReading } from '../domain/host-reading';
import type { NodeRow } from '../store/nodes';
import type { SlotRow } from '../store/slots';
import { approvedSlots } from './approved-slots';
import { readHost } from './read-host';
import type { SlotMapServices } from './slot-map-services';

/** Above every token a task was ever given: the allocation has ended, nobody else may act on it any more. */
const CLEANUP_FENCING_TOKEN = Number.MAX_SAFE_INTEGER;

export type CleanupProof =
  /** Nothing is left, and the devices are as they were approved. */
  | { readonly proven: 'clean' }
  /** Nothing is left, but the devices are not there, or not as they were approved. */
  | { readonly proven: 'changed'; readonly reason: string }
  | { readonly proven: 'nothing'; readonly reason: string };

/** Asks the node. What is left of the allocation is ended first, for that is what keeps the slot from being given out. */
export async function proveClean(
  { runtimes, connections }: Pick<SlotMapServices, 'runtimes' | 'connections'>,
  { node, slot, signal }: { node: NodeRow; slot: SlotRow; signal: AbortSignal },
): Promise<CleanupProof> {
  try {
    if (slot.allocation_id !== null) {
      const runtime = runtimes.get(node.runtime);
      if (runtime === undefined) return { proven: 'nothing', reason: `No runtime here serves ${node.name}.` };
      const instance = { allocationId: slot.allocation_id, node: { nodeId: node.node_id, name: node.name } };
      await runtime.release({ ...instance, fencingToken: CLEANUP_FENCING_TOKEN });
      const left = (await runtime.list(instance.node)).find(
        ({ allocationId, state }) => allocationId === slot.allocation_id && state !== 'absent',
      );
      if (left !== undefined)
        return {
          proven: 'nothing',
          reason: `Something of ${slot.allocation_id} is still on ${node.name}: ${left.state}.`,
        };
    }
    const [approved] = approvedSlots([slot]);
    if (approved === undefined) return { proven: 'clean' };
    const topology = await readHost(connections.to(node.node_id), signal);
    if (topology.gpusUnread !== null) return { proven: 'nothing', reason: topology.gpusUnread };
    const [change] = hostChanges([{ ...approved, held: false }], topology).affected;
    return change === undefined ? { proven: 'clean' } : { proven: 'changed', reason: change.reason };
  } catch (error) {
    if (error instanceof RuntimeError || error instanceof IncompleteReading)
      return { proven: 'nothing', reason: error.message };
    throw error;
  }
}
