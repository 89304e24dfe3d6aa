import { toInstant, toInstantOrNull } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { listNodes, listResourceSlots } from '@portico/plugin-fleet/contract';
import { slotLabel } from './slot-maps/approved-slots';
import type { NodeRow } from './store/nodes';
import type { NodeSlotSummary, SlotRow } from './store/slots';

type NodeItem = ReplyOf<typeof listNodes>['items'][number];
type SlotItem = ReplyOf<typeof listResourceSlots>['items'][number];

export function nodeItem(
  node: NodeRow,
  { summaries, numaDomains }: { summaries: readonly NodeSlotSummary[]; numaDomains: number },
): NodeItem {
  const sum = (count: (summary: NodeSlotSummary) => number) =>
    summaries.reduce((total, summary) => total + count(summary), 0);
  return {
    node_id: node.node_id,
    name: node.name,
    status: node.status,
    status_changed_at: toInstant(node.status_changed_at),
    status_reason: node.status_reason,
    origin: node.origin,
    region: node.region,
    address:
      node.address_host === null || node.address_port === null
        ? null
        : { host: node.address_host, port: node.address_port },
    runtime: node.runtime,
    isolation: node.isolation,
    isolation_detail: node.isolation_detail,
    simulated: node.simulated === 1,
    gpus: summaries.map(summary => ({
      model: summary.gpu_model,
      count: summary.gpus,
      memory_bytes: summary.memory_bytes,
    })),
    slots: {
      total: sum(summary => summary.slots),
      free: sum(summary => summary.free),
      held: sum(summary => summary.held),
      blocked: sum(summary => summary.blocked),
    },
    numa_domains: numaDomains,
    cpu_count: node.cpu_count,
    memory_bytes: node.memory_bytes,
    disk_bytes_free: node.disk_bytes_free,
    last_seen_at: toInstantOrNull(node.last_seen_at),
    created_at: toInstant(node.created_at),
  };
}

export function slotItem(slot: SlotRow): SlotItem {
  return {
    slot_id: slot.slot_id,
    status: slot.status,
    label: slotLabel(slot),
    gpu: {
      index: slot.gpu_index,
      uuid: slot.gpu_uuid,
      model: slot.gpu_model,
      memory_bytes: slot.gpu_memory_bytes,
      pci_address: slot.gpu_pci,
      simulated: slot.simulated === 1,
    },
    numa_node: slot.numa_node,
    vf: slot.vf,
    nvme: slot.nvme,
    nvme_serial: slot.nvme_serial,
    part: slot.part,
    parts: slot.parts,
    slot_map_id: slot.slot_map_id,
    blocked:
      slot.blocked_kind === null
        ? null
        : { kind: slot.blocked_kind, reason: slot.blocked_reason ?? '', since: toInstantOrNull(slot.blocked_at) },
    gpu_fraction_milli: slot.fraction_milli,
    allocation_id: slot.allocation_id,
    held_since: toInstantOrNull(slot.held_at),
  };
}
