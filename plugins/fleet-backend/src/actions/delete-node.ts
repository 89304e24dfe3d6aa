import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import type { NodeOccupant, NodeOccupants } from '@portico/plugin-fleet/port';
import { auditedNode } from '../domain/audited';
import { fleet } from '../node-services';
import type { NodeServices } from '../node-services';
import { withConnection } from '../ssh/connections';
import type { SshLogin } from '../ssh/ssh-client';
import { credentialsOf, deleteCredentials } from '../store/node-credentials';
import { deleteVerdict } from '../store/node-probes';
import { deleteNode as deleteRow, nodeById } from '../store/nodes';
import { deleteSlotMaps } from '../store/slot-maps';
import { deleteSlotsOf, modelsOn, occupiedSlotsOn } from '../store/node-slots';
import type { OccupiedSlot } from '../store/node-slots';
import { lockAllModels } from '../store/slots';
import { removeKeyScript } from '../tasks/install-key-script';
import { nodeToChange, requireAdministered } from './change-node';
import { endOutage } from './end-outage';

/** Seconds to take Portico's key off the machine. It may be gone for good, and nobody waits for it. */
const GOODBYE_SECONDS = 15;
/** Allocations named in the refusal. */
const OCCUPANTS_SHOWN_MAX = 20;

/** Refused while an allocation holds anything there, or something that was there could not be proven gone. */
export async function deleteNode(
  tx: Transaction,
  services: NodeServices & { readonly occupants: readonly NodeOccupants[] },
  request: RequestContext & { readonly nodeId: string },
): Promise<void> {
  const { nodeId, actor, correlationId } = request;
  // Rows are locked in one order everywhere: task, models, node.
  const task = (await nodeById(tx, nodeId))?.enrolment_task_id ?? null;
  if (task !== null) await services.tasks.cancel(tx, task);
  // As placements do: none may win a slot that is about to go.
  await lockAllModels(tx, await modelsOn(tx, nodeId));
  const node = await nodeToChange(tx, nodeId);
  requireAdministered(node);
  const occupied = await occupiedSlotsOn(tx, nodeId);
  if (occupied.length > 0) throw await inUse(tx, services, occupied);
  const credentials = await credentialsOf(tx, nodeId);
  await deleteSlotsOf(tx, nodeId);
  await deleteSlotMaps(tx, nodeId);
  await deleteCredentials(tx, nodeId);
  await deleteVerdict(tx, nodeId);
  await endOutage(tx, services, { node, secondsMin: 0 });
  await deleteRow(tx, nodeId);
  for (const kind of ['node_unreachable', 'node_host_key_changed', 'host_changed'])
    await services.attention.clear(tx, { kind, resource: { type: 'node', id: nodeId } });
  await services.audit.record(tx, {
    action: 'fleet.node.removed',
    actor,
    organizationId: null,
    resource: auditedNode,
    targetId: nodeId,
    correlationId,
    before: { name: node.name, status: node.status, address: `${node.address_host ?? ''}:${node.address_port ?? ''}` },
  });
  const login: SshLogin | undefined =
    credentials &&
    node.address_host !== null &&
    node.address_port !== null &&
    node.host_key !== null &&
    node.username !== null
      ? {
          address: { host: node.address_host, port: node.address_port },
          hostKey: node.host_key,
          username: node.username,
          credential: services.ssh.keys.open(credentials.privateKeyEncrypted),
        }
      : undefined;
  tx.afterCommit(() => {
    services.ssh.connections.forget(nodeId);
    if (login !== undefined && credentials !== undefined)
      void sayGoodbye(services, { login, publicKey: credentials.publicKey, name: node.name });
  });
}

async function inUse(
  tx: Transaction,
  { occupants }: { readonly occupants: readonly NodeOccupants[] },
  occupied: readonly OccupiedSlot[],
) {
  const blocked = occupied.filter(({ status }) => status === 'cleanup_blocked').length;
  // Who was there before a slot was blocked holds nothing any more: it is cleaned up, not released.
  const held = occupied.filter(({ status }) => status !== 'cleanup_blocked');
  const ids = [...new Set(held.flatMap(({ allocation_id: id }) => id ?? []))];
  const known = new Map<string, NodeOccupant>();
  for (const source of occupants)
    for (const occupant of await source.of(tx, ids)) known.set(occupant.allocationId, occupant);
  const allocations = ids.slice(0, OCCUPANTS_SHOWN_MAX).map(id => ({
    allocation_id: id,
    name: known.get(id)?.name ?? null,
    username: known.get(id)?.username ?? null,
    organization_id: held.find(slot => slot.allocation_id === id)?.organization_id ?? null,
  }));
  return fleet.fail('node_in_use', { details: { allocations, allocations_total: ids.length, blocked_slots: blocked } });
}

async function sayGoodbye(
  { ssh, logger }: NodeServices,
  node: { login: SshLogin; publicKey: string; name: string },
): Promise<void> {
  try {
    await withConnection({ policy: ssh.policy, login: node.login }, connection =>
      connection.run(removeKeyScript, {
        args: [node.login.username, node.publicKey],
        timeoutSeconds: GOODBYE_SECONDS,
      }),
    );
  } catch (error) {
    logger.info(`Portico’s key stays on ${node.name}, which cannot be reached: ${String(error)}`);
  }
}
