import { createServiceFactory } from '@backstage/backend-plugin-api';
import { discoverSliceTopology, listResourceSlots } from '@portico/plugin-fleet/contract';
import { fleetPortRef, localRuntimeRef, sshRuntimeRef } from '@portico/plugin-fleet/port';
import { attentionRef, auditRef, outboxRef } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { startTestBackend } from '@portico/plugin-kit/testing';
import { nodeSshRef } from '../ssh/service';
import type { NodeSsh } from '../ssh/service';
import { CapturedNode } from './captured-node';
import { simulatedNode } from './fleet-under-test';
import { ScriptedRuntime } from './scripted-runtime';
import { createHostCheck } from '../watch/host-check';

const quiet = { error() {}, warn() {}, info() {}, debug() {}, child: () => quiet };
const nodes = new Map<string, CapturedNode>();
const connections: NodeSsh['connections'] = {
  to(nodeId) {
    const node = nodes.get(nodeId);
    if (node === undefined) throw new Error(`${nodeId} is no captured node`);
    return node.connection;
  },
  forget() {},
  async close() {},
};
/** The far side of the nodes that are brought in: `running` is what is left there. */
const runtime = new ScriptedRuntime('ssh');
const ssh = { connections } as NodeSsh;

const start = (database: 'sqlite' | 'postgres') =>
  startTestBackend({
    database,
    plugins: ['fleet'],
    // Nodes are ready because the test says so, and nobody asks them again meanwhile.
    settings: {
      fleet: { nodes: [simulatedNode('node-1', { gpuModel: 'L40S' })], heartbeat: { intervalSeconds: 3600 } },
    },
    instead: [
      createServiceFactory({ service: localRuntimeRef, deps: {}, factory: () => new ScriptedRuntime() }),
      createServiceFactory({ service: sshRuntimeRef, deps: {}, factory: () => runtime }),
      createServiceFactory({ service: nodeSshRef, deps: {}, factory: () => ssh }),
    ],
    expose: { fleet: fleetPortRef, audit: auditRef, outbox: outboxRef, attention: attentionRef },
  });

/** A backend with administrators of nodes, and captured nodes to bring in, each for one test. */
export async function startMappedNodes(database: 'sqlite' | 'postgres') {
  const backend = await start(database);
  const admin = backend.signInAs({ permissions: ['fleet.node.read', 'fleet.node.manage'] }).token;
  const reader = backend.signInAs({ permissions: ['fleet.node.read'] }).token;
  let count = 0;

  /** A node of the captured kind, brought in and ready. */
  async function bringIn() {
    const host = new CapturedNode();
    const nodeId = newId('node');
    const name = `real-${(count += 1)}-${database}`;
    await backend.services.database.transaction(async tx => {
      // One at a time: placement takes the fleet's first node that fits.
      await tx.run(`UPDATE fleet_nodes SET status = 'unreachable' WHERE runtime = 'ssh'`);
      await tx.run(
        `INSERT INTO fleet_nodes (node_id, name, ordinal, runtime, simulated, status, status_changed_at, configured, isolation, created_at, origin, last_seen_at)
         VALUES (?, ?, ?, 'ssh', 0, 'ready', ?, 1, 'container', ?, 'administrator', ?)`,
        [nodeId, name, 1000 + count, tx.now, tx.now, tx.now],
      );
    });
    nodes.set(nodeId, host);
    const node = { node_id: nodeId };
    const discover = () => backend.call(discoverSliceTopology, { token: admin, params: node });
    const mapParams = (map: { slot_map_id: string }) => ({ ...node, slot_map_id: map.slot_map_id });
    const approve = (map: { slot_map_id: string; version: number }) => ({
      token: admin,
      params: mapParams(map),
      body: { expected_version: map.version },
    });
    const slots = async () =>
      (await backend.call(listResourceSlots, { token: admin, params: node, query: { limit: 200 } })).items;
    const states = async () => (await slots()).map(slot => slot.status);
    const reserve = async (gpuCount: number, allocationId: string) => {
      await backend.services.database.transaction(async tx => {
        const reservation = await backend.services.fleet.reserve(tx, {
          allocationId,
          organizationId: 'org_1',
          gpuModel: 'H200',
          shape: 'gpu_slice',
          gpuFractionMilli: 1000,
          vcpus: 0,
          memoryBytes: 0,
          regions: null,
          gpuCount,
        });
        if (!reservation.fits) throw new Error(`${allocationId} does not fit: ${reservation.reason}`);
      });
    };
    const free = (allocationId: string) =>
      backend.services.database.transaction(tx => backend.services.fleet.free(tx, allocationId));
    const block = (allocationId: string) =>
      backend.services.database.transaction(tx =>
        backend.services.fleet.block(tx, { allocationId, reason: 'The node was destroyed.' }),
      );
    const readOnce = createHostCheck({ ...backend.services, connections, logger: quiet });
    /** Two readings in a row: what the first alone finds may be a machine that is starting. */
    const check = async () => {
      for (let reading = 0; reading < 2; reading += 1) await readOnce(new AbortController().signal);
    };
    const attention = async () =>
      (
        await backend.services.database.read.all<{ message: string }>(
          `SELECT message FROM platform_attention WHERE kind = 'host_changed' AND resource_id = ?`,
          [nodeId],
        )
      ).map(item => item.message);
    const cleanUp = (slot: { slot_id: string } | undefined, mode: 'verified' | 'attested') => ({
      token: admin,
      params: { ...node, slot_id: slot?.slot_id ?? 'slot_0' },
      body: { mode, reason: 'looked at it' },
    });
    return {
      host,
      node,
      name,
      discover,
      mapParams,
      approve,
      slots,
      states,
      reserve,
      free,
      block,
      check,
      readOnce,
      attention,
      cleanUp,
    };
  }

  return { backend, admin, reader, runtime, bringIn };
}
