import type { DomainEvent, Transaction } from '@portico/plugin-kit/backend';
import type { Services } from '../services';
import { billedOnNode } from '../store/allocations';

/** What a node that could not be reached says of it afterwards; of those who write it, the fleet. */
interface Outage {
  readonly node_id: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/**
 * An outage of a node is over: everybody who was billed for an allocation on it meanwhile is given back what that time cost, also where the allocation has ended since. What counts as an
 * outage and what it comes to is for billing to say.
 */
export async function creditOutages(
  tx: Transaction,
  { billing }: Pick<Services, 'billing'>,
  event: DomainEvent,
): Promise<void> {
  const outage = event.payload as unknown as Outage;
  const span = { from: Date.parse(outage.from), to: Date.parse(outage.to) };
  // In the order of their organizations: each is locked, and two outages at once must not wait for each other in a circle.
  for (const allocationId of await billedOnNode(tx, { nodeId: outage.node_id, ...span })) {
    const { correlationId } = event;
    await billing.creditOutage(tx, { allocationId, nodeName: outage.name, ...span, correlationId });
  }
}
