import { toInstant, toInstantOrNull } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { getSlotMap, listSlotMaps } from '@portico/plugin-fleet/contract';
import { slotMapDifferences } from '../domain/host-changes';
import { checkSlotMap } from '../domain/slot-map-check';
import type { MappedSlot } from '../domain/slot-map';
import { cpuCount } from '../domain/topology';
import type { HostTopology } from '../domain/topology';
import type { SlotMap, SlotMapSummary } from '../store/slot-maps';
import type { SlotRow } from '../store/slots';
import { approvedSlots } from './approved-slots';

type SummaryItem = ReplyOf<typeof listSlotMaps>['items'][number];
type SlotMapReply = ReplyOf<typeof getSlotMap>;

export function slotMapItem(map: SlotMapSummary, now: number): SummaryItem {
  const isCandidate = map.status === 'candidate';
  return {
    slot_map_id: map.slot_map_id,
    node_id: map.node_id,
    discovery_id: map.discovery_id,
    status: isCandidate && map.expires_at <= now ? 'expired' : map.status,
    version: map.version,
    slot_count: map.slot_count,
    host_fingerprint: map.host_fingerprint,
    created_at: toInstant(map.created_at),
    created_by: map.created_by,
    expires_at: isCandidate ? toInstant(map.expires_at) : null,
    approved_at: toInstantOrNull(map.approved_at),
    approved_by: map.approved_by,
    superseded_at: toInstantOrNull(map.superseded_at),
  };
}

/** `current` are the slots the node has now. */
export function slotMapReply(
  map: SlotMap,
  { current, now }: { current: readonly SlotRow[]; now: number },
): SlotMapReply {
  const differences =
    map.status === 'candidate'
      ? slotMapDifferences(map.slots, { approved: approvedSlots(current), topology: map.topology })
      : [];
  return {
    ...slotMapItem(map, now),
    topology: topologyReply(map.topology),
    slots: map.slots.map(slotReply),
    invariants: checkSlotMap(map.slots, map.topology).map(result => ({
      ...result,
      slots: [...result.slots],
      devices: [...result.devices],
    })),
    differences: differences.map(({ slotId, allocationId, ...difference }) => ({
      ...difference,
      slot_id: slotId,
      allocation_id: allocationId,
    })),
  };
}

function slotReply(slot: MappedSlot): SlotMapReply['slots'][number] {
  return {
    label: slot.label,
    gpu: {
      index: slot.gpuIndex,
      uuid: slot.gpuUuid,
      model: slot.model,
      memory_bytes: slot.memoryBytes,
      pci_address: slot.pciAddress,
    },
    numa_node: slot.numaNode,
    part: slot.part,
    parts: slot.parts,
    sharing: slot.sharing,
    gpu_fraction_milli: slot.fractionMilli,
    vf: slot.vf,
    nvme: slot.nvme,
    nvme_serial: slot.nvmeSerial,
  };
}

function topologyReply(topology: HostTopology): SlotMapReply['topology'] {
  return {
    machine_id: topology.machineId,
    numa_domains: topology.numaDomains.map(domain => ({
      numa_node: domain.numaNode,
      cpus: domain.cpus,
      cpu_count: cpuCount(domain.cpus),
      memory_bytes: domain.memoryBytes,
    })),
    gpus: topology.gpus.map(gpu => ({
      index: gpu.index,
      uuid: gpu.uuid,
      model: gpu.model,
      memory_bytes: gpu.memoryBytes,
      pci_address: gpu.pciAddress,
      numa_node: gpu.numaNode,
      mig_enabled: gpu.migEnabled,
      mig_instances: gpu.migInstances.map(instance => ({
        index: instance.index,
        uuid: instance.uuid,
        profile: instance.profile,
        gpu_fraction_milli: instance.fractionMilli,
        memory_bytes: instance.memoryBytes,
      })),
    })),
    virtual_functions: topology.vfs.map(vf => ({
      pci_address: vf.pciAddress,
      physical_function: vf.physicalFunction,
      numa_node: vf.numaNode,
      driver: vf.driver,
      in_use: vf.inUse,
    })),
    nvme_namespaces: topology.nvmes.map(nvme => ({
      name: nvme.name,
      serial: nvme.serial,
      model: nvme.model,
      by_id: nvme.byId,
      pci_address: nvme.pciAddress,
      numa_node: nvme.numaNode,
      size_bytes: nvme.sizeBytes,
      in_use: nvme.inUse,
    })),
    warnings: [...topology.warnings],
  };
}
