import type { Actor, AuditedResource } from '@portico/plugin-kit/backend';

export const auditedNode = {
  type: 'node',
  fields: {
    name: 'track',
    status: 'track',
    simulated: 'track',
    runtime: 'track',
    origin: 'track',
    region: 'track',
    address: 'track',
    username: 'track',
    host_key: 'track',
    public_key: 'track',
    notes: 'track',
    credential: 'secret',
  },
} as const satisfies AuditedResource;

/** `token_hash` stands for the token, which nobody keeps. */
export const auditedEnrolmentToken = {
  type: 'enrolment_token',
  fields: { name: 'track', region: 'track', expires_at: 'track', token_hash: 'secret' },
} as const satisfies AuditedResource;

export const auditedOrphan = {
  type: 'orphan',
  fields: { node_id: 'track', allocation_id: 'track', state: 'track' },
} as const satisfies AuditedResource;

export const auditedSlotMap = {
  type: 'slot_map',
  fields: {
    node_id: 'track',
    status: 'track',
    version: 'track',
    slots: 'track',
    differences: 'track',
    host_fingerprint: 'track',
  },
} as const satisfies AuditedResource;

export const auditedSlot = {
  type: 'resource_slot',
  fields: {
    node_id: 'track',
    status: 'track',
    blocked_kind: 'track',
    blocked_reason: 'track',
    allocation_id: 'track',
    cleanup: 'track',
  },
} as const satisfies AuditedResource;

/** Who stands behind what the fleet does by itself. */
export const configurationActor: Actor = { type: 'system', id: 'fleet-configuration' };
export const heartbeatActor: Actor = { type: 'system', id: 'fleet-heartbeat' };
/** A machine that enrols itself, and what examines it. */
export const enrolmentActor: Actor = { type: 'system', id: 'fleet-enrolment' };
export const orphanActor: Actor = { type: 'system', id: 'fleet-orphans' };
export const hostCheckActor: Actor = { type: 'system', id: 'fleet-host-check' };
