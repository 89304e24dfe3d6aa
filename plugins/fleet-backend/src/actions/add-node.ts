import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, newId } from '@portico/plugin-kit/contract';
import { auditedNode } from '../domain/audited';
import { fleet } from '../node-services';
import type { NodeServices } from '../node-services';
import { fingerprintOf } from '../ssh/host-key';
import type { HostKey } from '../ssh/host-key';
import { isReadablePrivateKey } from '../ssh/node-keys';
import type { NodeAddress, NodeCredential } from '../ssh/ssh-client';
import { credentialsOf, saveCredentials } from '../store/node-credentials';
import {
  changeNode,
  insertNode,
  isNameTaken,
  lockRegister,
  nextOrdinal,
  nodeById,
  nodeForUpdate,
} from '../store/nodes';
import { enrolTask } from '../tasks/enrol';
import type { EnrolInput } from '../tasks/enrol';

export interface NewSshNode {
  readonly name: string;
  readonly region: string;
  readonly address: NodeAddress;
  readonly username: string;
  readonly hostKey: HostKey;
  readonly notes: string;
  /** Null where the machine authorizes Portico's key itself. */
  readonly credential: NodeCredential | null;
}

/** Who wants it: an administrator, or a machine with a token. */
export type Wanting = Pick<RequestContext, 'actor' | 'correlationId'> & { readonly userId: string | null };

/** A node with a key of its own, and the task that enrols it. */
export async function addNode(
  tx: Transaction,
  services: NodeServices,
  { node, nodeId = newId('node', tx.now), ...by }: Wanting & { readonly node: NewSshNode; readonly nodeId?: string },
): Promise<{ nodeId: string; taskId: string; publicKey: string }> {
  await lockRegister(tx);
  if (await isNameTaken(tx, node.name)) throw fleet.fail('node_name_taken', { details: { name: node.name } });
  await insertNode(tx, {
    nodeId,
    name: node.name,
    ordinal: await nextOrdinal(tx),
    runtime: 'ssh',
    simulated: false,
    status: 'registered',
    origin: 'administrator',
    region: node.region,
  });
  await changeNode(tx, nodeId, {
    address_host: node.address.host,
    address_port: node.address.port,
    username: node.username,
    host_key: node.hostKey,
    notes: node.notes,
  });
  const { publicKey, taskId } = await enrol(tx, services, { ...by, nodeId, credential: node.credential });
  await services.audit.record(tx, {
    action: 'fleet.node.registered',
    actor: by.actor,
    organizationId: null,
    resource: auditedNode,
    targetId: nodeId,
    correlationId: by.correlationId,
    after: {
      name: node.name,
      status: 'registered',
      runtime: 'ssh',
      simulated: false,
      origin: 'administrator',
      region: node.region,
      address: `${node.address.host}:${node.address.port}`,
      username: node.username,
      host_key: fingerprintOf(node.hostKey),
      public_key: publicKey,
      notes: node.notes,
      ...(node.credential && { credential: 'given' }),
    },
  });
  return { nodeId, taskId, publicKey };
}

/** The task again, for a node that is there. Its key stays: what works goes on working whatever comes of this. */
export async function enrolAgain(
  tx: Transaction,
  services: NodeServices,
  request: Wanting & { readonly nodeId: string; readonly credential: NodeCredential; readonly username?: string },
): Promise<{ taskId: string }> {
  // One at a time. Tasks are locked before nodes everywhere.
  const earlier = (await nodeById(tx, request.nodeId))?.enrolment_task_id ?? null;
  if (earlier !== null) await services.tasks.cancel(tx, earlier);
  const node = await nodeForUpdate(tx, request.nodeId);
  if (node === undefined) throw common.fail('not_found');
  if (node.origin === 'configuration') throw fleet.fail('node_is_configured');
  if (request.username !== undefined) await changeNode(tx, node.node_id, { username: request.username });
  const { taskId, publicKey } = await enrol(tx, services, request);
  await services.audit.record(tx, {
    action: 'fleet.node.enrolment_retried',
    actor: request.actor,
    organizationId: null,
    resource: auditedNode,
    targetId: node.node_id,
    correlationId: request.correlationId,
    before: { username: node.username },
    after: { username: request.username ?? node.username, public_key: publicKey, credential: 'given' },
  });
  return { taskId };
}

async function enrol(
  tx: Transaction,
  { ssh, tasks }: NodeServices,
  request: Wanting & { readonly nodeId: string; readonly credential: NodeCredential | null },
): Promise<{ taskId: string; publicKey: string }> {
  const { nodeId, credential } = request;
  const key = (await credentialsOf(tx, nodeId)) ?? ssh.keys.create();
  const givenEncrypted = credential === null ? null : ssh.keys.seal(credential);
  const { publicKey, privateKeyEncrypted } = key;
  await saveCredentials(tx, nodeId, { publicKey, privateKeyEncrypted, givenEncrypted });
  const input: EnrolInput = { nodeId, publicKey };
  const taskId = await tasks.enqueue(tx, {
    kind: enrolTask,
    resource: { type: 'node', id: nodeId },
    organizationId: null,
    projectId: null,
    userId: request.userId,
    correlationId: request.correlationId,
    input,
  });
  await changeNode(tx, nodeId, { enrolment_task_id: taskId });
  tx.afterCommit(() => ssh.connections.forget(nodeId));
  return { taskId, publicKey };
}

type CredentialBody =
  { kind: 'password'; password: string } | { kind: 'private_key'; private_key: string; passphrase?: string };

/** Throws `private_key_invalid`: a key that cannot be read is told at once and not by a task. */
export function credentialOf(body: CredentialBody): NodeCredential {
  if (body.kind === 'password') return body;
  const { private_key: privateKey, passphrase } = body;
  const credential = { privateKey, ...(passphrase !== undefined && { passphrase }) };
  if (!isReadablePrivateKey(credential)) throw fleet.fail('private_key_invalid');
  return { kind: 'private_key', ...credential };
}
