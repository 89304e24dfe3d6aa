import type { ApiRequest, Handlers, RequestContext } from '@portico/plugin-kit/backend';
import { common, toInstant } from '@portico/plugin-kit/contract';
import type { fleetContract } from '@portico/plugin-fleet/contract';
import type { NodeOccupants } from '@portico/plugin-fleet/port';
import { addNode, credentialOf, enrolAgain } from '../actions/add-node';
import { acceptHostKey, changeNode, drainNode, requireAdministered, undrainNode } from '../actions/change-node';
import { deleteNode } from '../actions/delete-node';
import { createEnrolmentToken, enrolByToken, requireGoodToken } from '../actions/enrolment-tokens';
import { examineNode } from '../actions/examine-node';
import { requireFingerprint, shownHostKey } from '../actions/host-key-check';
import { SERVICE_USER, enrolmentScript } from '../enrolment/script';
import { hostKeyItem, nodeDetails, verdictItem } from '../node-details';
import { fleet } from '../node-services';
import type { NodeServices } from '../node-services';
import { AddressRefusedError } from '../ssh/address-policy';
import { fingerprintOf, parseHostKey } from '../ssh/host-key';
import { latestVerdict } from '../store/node-probes';
import { nodeById } from '../store/nodes';
import type { NodeChange, NodeRow } from '../store/nodes';

export type NodeHandlers = Pick<
  Handlers<typeof fleetContract>,
  | 'acceptHostKey'
  | 'addNode'
  | 'changeNode'
  | 'createEnrolmentToken'
  | 'deleteNode'
  | 'drainNode'
  | 'enrollNode'
  | 'getEnrolmentScript'
  | 'getNode'
  | 'lookUpHostKey'
  | 'probeNode'
  | 'retryEnrolment'
  | 'undrainNode'
>;

type Services = NodeServices & { readonly occupants: readonly NodeOccupants[] };

/** Who asks, with what else a user's request brings. */
function contextOf({
  caller,
  actor,
  correlationId,
}: ApiRequest<{ permission: string }>): RequestContext & { userId: string } {
  return { caller, actor, correlationId, userId: caller.userId };
}

export function nodeRoutes(services: Services): NodeHandlers {
  const { database } = services;
  const details = (nodeId: string) => nodeDetails(database.read, nodeId);

  /** Throws `not_found`, and `node_is_configured` for what only the configuration changes. */
  async function administered(nodeId: string): Promise<NodeRow> {
    const node = await nodeById(database.read, nodeId);
    if (node === undefined) throw common.fail('not_found');
    requireAdministered(node);
    return node;
  }

  return {
    getNode: async ({ params }) => ({ status: 200, body: await details(params.node_id) }),

    async lookUpHostKey({ body }) {
      return { status: 200, body: hostKeyItem(await shownHostKey(services, body.address)) };
    },

    async addNode(request) {
      const { body } = request;
      const credential = credentialOf(body.credential);
      const hostKey = await shownHostKey(services, body.address);
      if (body.host_key_fingerprint !== undefined) requireFingerprint(hostKey, body.host_key_fingerprint);
      const { name, region, address, username, notes } = body;
      return request.write(async tx => {
        const node = { name, region, address, username, notes, hostKey, credential };
        const { nodeId, taskId } = await addNode(tx, services, { ...contextOf(request), node });
        return { status: 202, body: { node: await nodeDetails(tx, nodeId), task_id: taskId } };
      });
    },

    async retryEnrolment(request) {
      const { body, params } = request;
      const credential = credentialOf(body.credential);
      return request.write(async tx => {
        const again = {
          nodeId: params.node_id,
          credential,
          ...(body.username !== undefined && { username: body.username }),
        };
        const { taskId } = await enrolAgain(tx, services, { ...contextOf(request), ...again });
        return { status: 202, body: { node: await nodeDetails(tx, params.node_id), task_id: taskId } };
      });
    },

    createEnrolmentToken: request =>
      request.write(async tx => {
        const { name = null, region } = request.body;
        const { token, expiresAt } = await createEnrolmentToken(tx, services, { ...contextOf(request), name, region });
        return { status: 201, body: { token, expires_at: toInstant(expiresAt), command: commandOf(services, token) } };
      }),

    getEnrolmentScript: async () => ({
      status: 200,
      stream: (async function* () {
        yield enrolmentScript;
      })(),
    }),

    async enrollNode(request) {
      const { body, correlationId } = request;
      // First, because what follows looks up names and keeps keys.
      await requireGoodToken(services, body.token);
      const hostKey = parseHostKey(body.host_key);
      if (hostKey === undefined) throw common.fail('request_malformed', { details: { places: ['/host_key'] } });
      const address = { host: body.address ?? request.address, port: body.ssh_port };
      await requireAllowed(services, address.host);
      const machine = { hostname: body.hostname, address, hostKey, notes: notesOf(body.hardware) };
      return request.write(async tx => {
        const { nodeId, name, publicKey } = await enrolByToken(tx, services, {
          token: body.token,
          machine,
          correlationId,
        });
        return { status: 201, body: { node_id: nodeId, name, public_key: publicKey, username: SERVICE_USER } };
      });
    },

    async changeNode(request) {
      const { body, params } = request;
      const node = await administered(params.node_id);
      const changes: NodeChange = {
        ...(body.name !== undefined && { name: body.name }),
        ...(body.region !== undefined && { region: body.region }),
        ...(body.username !== undefined && { username: body.username }),
        ...(body.notes !== undefined && { notes: body.notes }),
        ...(await verifiedAddress(services, node, body)),
      };
      return request.write(async tx => {
        await changeNode(tx, services, { ...contextOf(request), nodeId: params.node_id, changes });
        return { status: 200, body: await nodeDetails(tx, params.node_id) };
      });
    },

    async probeNode({ params, actor }) {
      const node = await administered(params.node_id);
      if (node.status === 'registered') throw fleet.fail('node_not_enrolled');
      await examineNode(services, { nodeId: node.node_id, actor });
      const verdict = await latestVerdict(database.read, node.node_id);
      if (verdict === undefined) throw common.fail('not_found');
      return { status: 200, body: verdictItem(verdict) };
    },

    drainNode: request =>
      request.write(async tx => {
        const { params, body } = request;
        await drainNode(tx, services, { ...contextOf(request), nodeId: params.node_id, reason: body.reason });
        return { status: 200, body: await nodeDetails(tx, params.node_id) };
      }),

    undrainNode: request =>
      request.write(async tx => {
        await undrainNode(tx, services, { ...contextOf(request), nodeId: request.params.node_id });
        return { status: 200, body: await nodeDetails(tx, request.params.node_id) };
      }),

    async acceptHostKey(request) {
      const { body, params } = request;
      const node = await administered(params.node_id);
      if (node.address_host === null || node.address_port === null) throw common.fail('not_found');
      const hostKey = await shownHostKey(services, { host: node.address_host, port: node.address_port });
      if (hostKey === node.host_key) throw fleet.fail('host_key_unchanged');
      requireFingerprint(hostKey, body.fingerprint);
      return request.write(async tx => {
        await acceptHostKey(tx, services, { ...contextOf(request), nodeId: params.node_id, hostKey });
        return { status: 200, body: await nodeDetails(tx, params.node_id) };
      });
    },

    deleteNode: request =>
      request.write(async tx => {
        await deleteNode(tx, services, { ...contextOf(request), nodeId: request.params.node_id });
        return { status: 204, body: undefined };
      }),
  };
}

/** Another address, or another key by name: the machine there must show the key that will be pinned. */
async function verifiedAddress(
  services: NodeServices,
  node: NodeRow,
  body: { address?: { host: string; port: number }; host_key_fingerprint?: string },
): Promise<NodeChange> {
  if (body.address === undefined && body.host_key_fingerprint === undefined) return {};
  const address = body.address ?? { host: node.address_host ?? '', port: node.address_port ?? 0 };
  const hostKey = await shownHostKey(services, address);
  const expected = body.host_key_fingerprint ?? (node.host_key === null ? undefined : fingerprintOf(node.host_key));
  if (expected !== undefined) requireFingerprint(hostKey, expected);
  return { address_host: address.host, address_port: address.port, host_key: hostKey, changed_host_key: null };
}

/** Whoever holds a token learns nothing of what a name stands for in the portal's own network. */
async function requireAllowed({ ssh }: NodeServices, host: string): Promise<void> {
  try {
    await ssh.policy.resolve(host);
  } catch (error) {
    if (error instanceof AddressRefusedError)
      throw fleet.fail('address_refused', { details: { host: error.host }, cause: error });
    // A name that does not resolve yet is the task's to wait for.
  }
}

function commandOf({ publicUrl }: NodeServices, token: string): string {
  const portal = publicUrl.replace(/\/$/, '');
  return `curl -fsSL ${portal}/api/v1/nodes/enroll/script | PORTICO_TOKEN=${token} sh -s -- ${portal}`;
}

function notesOf(hardware: { operating_system?: string; kernel?: string; gpus?: string[] }): string {
  const { operating_system: system, kernel, gpus = [] } = hardware;
  const parts = [system, kernel, gpus.length > 0 ? `${gpus.length} × ${[...new Set(gpus)].join(', ')}` : undefined];
  return parts.filter(part => part !== undefined).join('; ');
}
