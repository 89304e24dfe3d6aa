import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { auditedNode } from '../domain/audited';
import { fleet } from '../node-services';
import type { NodeServices } from '../node-services';
import { fingerprintOf } from '../ssh/host-key';
import type { HostKey } from '../ssh/host-key';
import { latestVerdict } from '../store/node-probes';
import { changeNode as change, isNameTaken, lockRegister, nodeForUpdate } from '../store/nodes';
import type { NodeChange, NodeRow } from '../store/nodes';
import { moveNode } from './move-node';

type Request = RequestContext & { readonly nodeId: string };

/** The node, locked. Throws `not_found`. */
export async function nodeToChange(tx: Transaction, nodeId: string): Promise<NodeRow> {
  const node = await nodeForUpdate(tx, nodeId);
  if (node === undefined) throw common.fail('not_found');
  return node;
}

/** What belongs to administrators alone. Throws `node_is_configured`. */
export function requireAdministered(node: Pick<NodeRow, 'origin'>): void {
  if (node.origin === 'configuration') throw fleet.fail('node_is_configured');
}

export async function changeNode(
  tx: Transaction,
  services: NodeServices,
  request: Request & { readonly changes: NodeChange },
): Promise<void> {
  const { changes, nodeId } = request;
  if (changes.name !== undefined) await lockRegister(tx);
  const node = await nodeToChange(tx, nodeId);
  requireAdministered(node);
  if (changes.name !== undefined && changes.name !== node.name && (await isNameTaken(tx, changes.name)))
    throw fleet.fail('node_name_taken', { details: { name: changes.name } });
  await change(tx, nodeId, changes);
  await services.audit.record(tx, {
    action: 'fleet.node.changed',
    actor: request.actor,
    organizationId: null,
    resource: auditedNode,
    targetId: nodeId,
    correlationId: request.correlationId,
    before: audited(node),
    after: audited({ ...node, ...changes }),
  });
  if (['address_host', 'address_port', 'username', 'host_key'].some(column => column in changes))
    tx.afterCommit(() => services.ssh.connections.forget(nodeId));
}

/** For a machine that was installed anew. */
export async function acceptHostKey(
  tx: Transaction,
  services: NodeServices,
  request: Request & { readonly hostKey: HostKey },
): Promise<void> {
  const { nodeId, hostKey, actor, correlationId } = request;
  const node = await nodeToChange(tx, nodeId);
  requireAdministered(node);
  await change(tx, nodeId, { host_key: hostKey, changed_host_key: null, status_reason: null });
  await services.attention.clear(tx, { kind: 'node_host_key_changed', resource: { type: 'node', id: nodeId } });
  await services.audit.record(tx, {
    action: 'fleet.node.host_key_accepted',
    actor,
    organizationId: null,
    resource: auditedNode,
    targetId: nodeId,
    correlationId,
    before: { host_key: node.host_key === null ? null : fingerprintOf(node.host_key) },
    after: { host_key: fingerprintOf(hostKey) },
  });
  tx.afterCommit(() => services.ssh.connections.forget(nodeId));
}

/** No new work; what runs goes on. */
export async function drainNode(
  tx: Transaction,
  services: NodeServices,
  request: Request & { readonly reason: string | undefined },
): Promise<void> {
  const node = await nodeToChange(tx, request.nodeId);
  const { actor, reason } = request;
  if (!(await moveNode(tx, services, { node, event: 'drained', actor, ...(reason !== undefined && { reason }) })))
    throw fleet.fail('node_not_drainable', { details: { status: node.status } });
}

export async function undrainNode(tx: Transaction, services: NodeServices, request: Request): Promise<void> {
  const node = await nodeToChange(tx, request.nodeId);
  const { actor } = request;
  if (!(await moveNode(tx, services, { node, event: 'resumed', actor })))
    throw fleet.fail('node_not_draining', { details: { status: node.status } });
  const verdict = node.runtime === 'ssh' ? await latestVerdict(tx, node.node_id) : undefined;
  if (verdict?.verdict !== 'failed') return;
  const resumed = await nodeToChange(tx, request.nodeId);
  await moveNode(tx, services, {
    node: resumed,
    event: 'unfit',
    actor,
    reason: 'Its latest probe found something amiss.',
  });
}

function audited(node: NodeRow) {
  return {
    name: node.name,
    region: node.region,
    address: `${node.address_host ?? ''}:${node.address_port ?? ''}`,
    username: node.username,
    host_key: node.host_key === null ? null : fingerprintOf(node.host_key),
    notes: node.notes,
  };
}
