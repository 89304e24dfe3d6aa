import type { Actor, Attention, Audit, Outbox, Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { auditedNode } from '../domain/audited';
import { nextNodeStatus } from '../domain/node';
import type { NodeEvent, NodeStatus } from '../domain/node';
import { moveNode as move } from '../store/nodes';
import type { NodeRow } from '../store/nodes';

export interface NodeMoveServices {
  readonly audit: Audit;
  readonly outbox: Outbox;
  readonly attention: Attention;
}

const eventTypes: Partial<Record<NodeStatus, 'node.ready' | 'node.unreachable'>> = {
  ready: 'node.ready',
  unreachable: 'node.unreachable',
};

/** The only place a node changes status: with its audit row, its event and, when it is lost, the call for a person. False when the event changes nothing. */
export async function moveNode(
  tx: Transaction,
  services: NodeMoveServices,
  change: { node: Pick<NodeRow, 'node_id' | 'name' | 'status'>; event: NodeEvent; actor: Actor; reason?: string },
): Promise<boolean> {
  const { node, event } = change;
  const to = nextNodeStatus(node.status, event);
  if (to === undefined || !(await move(tx, { nodeId: node.node_id, from: node.status, to }))) return false;
  const correlationId = newId('corr', tx.now);
  await services.audit.record(tx, {
    action: `fleet.node.${event}`,
    actor: change.actor,
    organizationId: null,
    resource: auditedNode,
    targetId: node.node_id,
    correlationId,
    reason: change.reason,
    before: { status: node.status },
    after: { status: to },
  });
  const eventType = eventTypes[to];
  if (eventType !== undefined) {
    const resource = { type: 'node', id: node.node_id };
    await services.outbox.append(tx, {
      eventType,
      correlationId,
      organizationId: null,
      resource,
      payload: { node_id: node.node_id, name: node.name },
    });
  }
  const attention = { kind: 'node_unreachable', resource: { type: 'node', id: node.node_id } };
  if (to === 'unreachable') {
    const message =
      `${node.name} has not answered for a while. It takes no new work; what runs there goes on. ${change.reason ?? ''}`.trim();
    await services.attention.raise(tx, { ...attention, organizationId: null, message });
  } else if (event === 'answered' || event === 'unfit') {
    await services.attention.clear(tx, attention);
    await services.attention.clear(tx, { ...attention, kind: 'node_host_key_changed' });
  }
  return true;
}
