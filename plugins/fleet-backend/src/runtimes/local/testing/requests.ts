import type { GpuReport, ProvisionRequest } from '../port';

const MiB = 1024 * 1024;
export const node = { nodeId: 'node_1', name: 'local-1' };

export function simulatedGpus(...indices: number[]): GpuReport[] {
  return indices.map(index => ({
    index,
    uuid: `GPU-${index}`,
    model: 'NVIDIA H200',
    memoryBytes: 141 * 1024 * MiB,
    numaNode: index >> 2,
    simulated: true,
  }));
}

export function request(allocationId: string, changes: Partial<ProvisionRequest> = {}): ProvisionRequest {
  return {
    allocationId,
    node,
    fencingToken: 1,
    hostname: `host-${allocationId}`,
    image: { imageId: 'image_1', name: 'Ubuntu', version: '24.04', source: null, digest: null, defaultUser: 'user' },
    nvme: [],
    vfs: [],
    gpus: simulatedGpus(1, 6),
    vcpus: 2,
    memoryBytes: 512 * MiB,
    diskBytes: 256 * MiB,
    network: { mode: 'egress' },
    authorizedKeys: [],
    environment: { GREETING: 'hello there' },
    ...changes,
  };
}
