import type { Attention, Audit, AuditEntry, DomainEvent, Outbox, Transaction } from '@portico/plugin-kit/backend';
import type { DatabaseUnderTest } from '@portico/plugin-kit/testing';
import type { Runtime, RuntimeKind } from '@portico/plugin-fleet/port';
import { migrations } from '../../migrations';
import { reconcileConfiguration } from '../actions/reconcile-configuration';
import { configuredFleet } from '../domain/configured-fleet';
import type { SimulatedNodeSettings } from '../domain/configured-fleet';
import { createFleetPort } from '../fleet-port';
import { probeNodes } from '../watch/heartbeat';
import { ScriptedRuntime } from './scripted-runtime';

export function simulatedNode(name: string, more: Partial<SimulatedNodeSettings> = {}): SimulatedNodeSettings {
  return { name, gpuModel: 'H200', gpuCount: 8, gpuMemoryBytes: 141 * 1024 ** 3, numaDomains: 2, ...more };
}

/** What the fleet told the platform's services; rolled back work counts too, so tests of rollbacks read the database instead. */
export class Told implements Audit, Outbox, Attention {
  readonly audit: string[] = [];
  readonly events: string[] = [];
  readonly payloads: Pick<DomainEvent, 'eventType' | 'payload'>[] = [];
  readonly attention = new Map<string, string>();

  async record(_tx: Transaction, entry: AuditEntry): Promise<void> {
    for (const field of Object.keys({ ...entry.before, ...entry.after })) {
      if (!(field in entry.resource.fields)) throw new Error(`${entry.resource.type}.${field} is not classified`);
    }
    this.audit.push(entry.action);
  }
  async append(_tx: Transaction, event: Omit<DomainEvent, 'eventId' | 'occurredAt'>): Promise<void> {
    this.events.push(event.eventType);
    this.payloads.push(event);
  }
  consume(): void {
    throw new Error('the fleet consumes no events');
  }
  async raise(_tx: Transaction, item: { kind: string; resource: { id: string }; message: string }): Promise<void> {
    this.attention.set(`${item.kind} ${item.resource.id}`, item.message);
  }
  async clear(_tx: Transaction, item: { kind: string; resource: { id: string } }): Promise<void> {
    this.attention.delete(`${item.kind} ${item.resource.id}`);
  }
}

export type FleetUnderTest = Awaited<ReturnType<typeof openFleet>>;

/** A fleet on a database of its own, configured and reached. */
export async function openFleet(db: DatabaseUnderTest, nodes: readonly SimulatedNodeSettings[]) {
  const { database, clock, close } = await db.open();
  await database.migrate('fleet', migrations);
  const told = new Told();
  const runtime = new ScriptedRuntime();
  const runtimes = new Map<RuntimeKind, Runtime>([[runtime.kind, runtime]]);
  const services = { database, audit: told, outbox: told, attention: told };
  const logger = { error() {}, warn() {}, info() {}, debug() {}, child: () => logger };
  const configure = (simulatedNodes: readonly SimulatedNodeSettings[]) =>
    reconcileConfiguration(services, configuredFleet({ simulatedNodes, realGpus: [] }));
  const heartbeat = () =>
    probeNodes({ services, runtimes, logger, unreachableAfterSeconds: 30 }, new AbortController().signal);
  await configure(nodes);
  await heartbeat();
  const port = createFleetPort(runtimes);
  let allocations = 0;
  return {
    database,
    clock,
    close,
    told,
    runtime,
    runtimes,
    logger,
    services,
    port,
    configure,
    heartbeat,
    reserve(gpuCount: number, more: Partial<Parameters<typeof port.reserve>[1]> = {}) {
      const allocationId = `alloc_${(allocations += 1)}`;
      const request = {
        allocationId,
        organizationId: 'org_1',
        gpuModel: 'H200',
        shape: 'gpu_slice',
        gpuFractionMilli: 1000,
        vcpus: 16,
        memoryBytes: 64 * 1024 ** 3,
        regions: null,
        gpuCount,
        ...more,
      } as const;
      return database.transaction(tx => port.reserve(tx, request));
    },
    free: (allocationId: string) => database.transaction(tx => port.free(tx, allocationId)),
    /** `name status: . for free, x for held` per node, in the fleet's order. */
    async picture(): Promise<string[]> {
      const rows = await database.read.all<{ name: string; node_status: string; status: string; withdrawn: number }>(
        `SELECT n.name, n.status AS node_status, s.status, s.withdrawn FROM fleet_nodes n JOIN fleet_slots s ON s.node_id = n.node_id ORDER BY n.ordinal, s.gpu_index`,
      );
      const lines = new Map<string, string>();
      for (const row of rows) {
        const mark = row.withdrawn === 1 ? 'w' : row.status === 'free' ? '.' : row.status === 'held' ? 'x' : '?';
        const key = `${row.name} ${row.node_status}: `;
        lines.set(key, (lines.get(key) ?? '') + mark);
      }
      return [...lines].map(([key, marks]) => key + marks);
    },
  };
}
