import type { Actor, AuditedResource } from '@portico/plugin-kit/backend';

export const auditedNode = {
  type: 'node',
  fields: { name: 'track', status: 'track', simulated: 'track', runtime: 'track' },
} as const satisfies AuditedResource;

export const auditedOrphan = {
  type: 'orphan',
  fields: { node_id: 'track', allocation_id: 'track', state: 'track' },
} as const satisfies AuditedResource;

/** Who stands behind what the fleet does by itself. */
export const configurationActor: Actor = { type: 'system', id: 'fleet-configuration' };
export const heartbeatActor: Actor = { type: 'system', id: 'fleet-heartbeat' };
export const orphanActor: Actor = { type: 'system', id: 'fleet-orphans' };
