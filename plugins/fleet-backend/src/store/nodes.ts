import { containsPattern } from '@portico/plugin-kit/backend';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Isolation, RuntimeKind } from '@portico/plugin-fleet/port';
import type { NodeStatus } from '../domain/node';

export interface NodeRow {
  readonly node_id: string;
  readonly name: string;
  readonly ordinal: number;
  readonly runtime: RuntimeKind;
  readonly simulated: number;
  readonly status: NodeStatus;
  readonly status_changed_at: number;
  readonly configured: number;
  readonly isolation: Isolation | null;
  readonly isolation_detail: string | null;
  readonly cpu_count: number | null;
  readonly memory_bytes: number | null;
  readonly disk_bytes_free: number | null;
  readonly last_seen_at: number | null;
  readonly created_at: number;
  /** Of those the configuration does not list it must not touch anything. */
  readonly origin: 'configuration' | 'administrator';
  readonly region: string;
  readonly address_host: string | null;
  readonly address_port: number | null;
  readonly username: string | null;
  /** As `known_hosts` has them: the pinned one, and what the node shows instead until somebody has looked. */
  readonly host_key: string | null;
  readonly changed_host_key: string | null;
  readonly notes: string;
  readonly status_reason: string | null;
  readonly enrolment_task_id: string | null;
  /** Null while it answers. */
  readonly silent_since_at: number | null;
}

export interface NodeSight {
  readonly isolation: Isolation;
  readonly isolationDetail: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly diskBytesFree: number;
}

export function allNodes(queries: Queries): Promise<NodeRow[]> {
  return queries.all<NodeRow>('SELECT * FROM fleet_nodes ORDER BY ordinal');
}

export function nodeById(queries: Queries, nodeId: string): Promise<NodeRow | undefined> {
  return queries.first<NodeRow>('SELECT * FROM fleet_nodes WHERE node_id = ?', [nodeId]);
}

/** The node as it is now, unchangeable by others until the transaction ends. */
export function nodeForUpdate(tx: Transaction, nodeId: string): Promise<NodeRow | undefined> {
  return tx.first<NodeRow>(`SELECT * FROM fleet_nodes WHERE node_id = ?${tx.forUpdate}`, [nodeId]);
}

export interface NodeFilter {
  readonly status?: NodeStatus;
  readonly name?: string;
  readonly region?: string;
  /** Ordinal of the last node shown. */
  readonly before?: number;
  readonly limit: number;
}

export function newestNodes(queries: Queries, filter: NodeFilter): Promise<NodeRow[]> {
  const conditions: string[] = [];
  const parameters: (string | number)[] = [];
  const add = (condition: string, parameter: string | number) => {
    conditions.push(condition);
    parameters.push(parameter);
  };
  if (filter.status !== undefined) add('status = ?', filter.status);
  // Names are in lower case already: the settings' pattern has no other.
  if (filter.name !== undefined) add("name LIKE ? ESCAPE '!'", containsPattern(filter.name));
  if (filter.region !== undefined) add('region = ?', filter.region);
  if (filter.before !== undefined) add('ordinal < ?', filter.before);
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return queries.all<NodeRow>(`SELECT * FROM fleet_nodes${where} ORDER BY ordinal DESC LIMIT ?`, [
    ...parameters,
    filter.limit,
  ]);
}

export interface NewNode {
  readonly nodeId: string;
  readonly name: string;
  readonly ordinal: number;
  readonly runtime: RuntimeKind;
  readonly simulated: boolean;
  readonly status: NodeStatus;
  readonly origin: NodeRow['origin'];
  readonly region: string;
}

export async function insertNode(tx: Transaction, node: NewNode): Promise<void> {
  await tx.run(
    `INSERT INTO fleet_nodes (node_id, name, ordinal, runtime, simulated, status, status_changed_at, configured, created_at, origin, region)
     VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)`,
    [
      node.nodeId,
      node.name,
      node.ordinal,
      node.runtime,
      node.simulated ? 1 : 0,
      node.status,
      tx.now,
      tx.now,
      node.origin,
      node.region,
    ],
  );
}

/** Those who add nodes take turns here, so that names and places in the fleet's order are given once. */
export async function lockRegister(tx: Transaction): Promise<void> {
  await tx.run(
    `INSERT INTO fleet_leases (name, holder, expires_at) VALUES ('fleet-register', '', 0) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder`,
  );
}

/** Under the lock of the register. */
export async function nextOrdinal(tx: Transaction): Promise<number> {
  const row = await tx.first<{ last: number | null }>('SELECT MAX(ordinal) AS last FROM fleet_nodes');
  return (row?.last ?? 0) + 1;
}

export async function isNameTaken(tx: Transaction, name: string): Promise<boolean> {
  return (await tx.first('SELECT 1 AS taken FROM fleet_nodes WHERE name = ?', [name])) !== undefined;
}

/** Columns an administrator or a probe decides. What is absent stays. */
export type NodeChange = Partial<
  Pick<
    NodeRow,
    | 'name'
    | 'region'
    | 'address_host'
    | 'address_port'
    | 'username'
    | 'host_key'
    | 'changed_host_key'
    | 'notes'
    | 'status_reason'
    | 'enrolment_task_id'
    | 'isolation'
    | 'isolation_detail'
    | 'cpu_count'
    | 'memory_bytes'
    | 'disk_bytes_free'
  >
>;

export async function changeNode(tx: Transaction, nodeId: string, change: NodeChange): Promise<void> {
  const columns = Object.entries(change).filter(([, value]) => value !== undefined);
  if (columns.length === 0) return;
  await tx.run(`UPDATE fleet_nodes SET ${columns.map(([column]) => `${column} = ?`).join(', ')} WHERE node_id = ?`, [
    ...columns.map(([, value]) => value),
    nodeId,
  ]);
}

/** True when the node was in that status; the caller takes `from` and `to` from the transition table. */
export async function moveNode(
  tx: Transaction,
  move: { nodeId: string; from: NodeStatus; to: NodeStatus },
): Promise<boolean> {
  const changed = await tx.run(
    'UPDATE fleet_nodes SET status = ?, status_changed_at = ? WHERE node_id = ? AND status = ?',
    [move.to, tx.now, move.nodeId, move.from],
  );
  return changed === 1;
}

export async function recordSight(tx: Transaction, nodeId: string, sight: NodeSight): Promise<void> {
  await tx.run(
    `UPDATE fleet_nodes SET isolation = ?, isolation_detail = ?, cpu_count = ?, memory_bytes = ?, disk_bytes_free = ?, last_seen_at = ? WHERE node_id = ?`,
    [sight.isolation, sight.isolationDetail, sight.cpuCount, sight.memoryBytes, sight.diskBytesFree, tx.now, nodeId],
  );
}

export async function setSilentSince(tx: Transaction, silence: { nodeId: string; at: number | null }): Promise<void> {
  await tx.run('UPDATE fleet_nodes SET silent_since_at = ? WHERE node_id = ?', [silence.at, silence.nodeId]);
}

export async function setConfigured(
  tx: Transaction,
  node: { nodeId: string; configured: boolean; simulated: boolean },
): Promise<void> {
  await tx.run('UPDATE fleet_nodes SET configured = ?, simulated = ? WHERE node_id = ?', [
    node.configured ? 1 : 0,
    node.simulated ? 1 : 0,
    node.nodeId,
  ]);
}

export async function deleteNode(tx: Transaction, nodeId: string): Promise<void> {
  await tx.run('DELETE FROM fleet_nodes WHERE node_id = ?', [nodeId]);
}
