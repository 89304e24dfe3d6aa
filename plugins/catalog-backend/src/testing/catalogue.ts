import { createServiceFactory } from '@backstage/backend-plugin-api';
import type { BillingPort } from '@portico/plugin-billing/port';
import { billingPortRef } from '@portico/plugin-billing/port';
import { catalogUsageRef } from '@portico/plugin-catalog/port';
import type { createOsImage, createSku } from '@portico/plugin-catalog/contract';
import { fleetPortRef } from '@portico/plugin-fleet/port';
import type { FleetPort, ModelCapacity } from '@portico/plugin-fleet/port';
import type { BodySentTo } from '@portico/plugin-kit/contract';
import { startTestBackend } from '@portico/plugin-kit/testing';
import type { TestClock } from '@portico/plugin-kit/testing';

/** One node of eight H200 with three free, as another plugin would answer. */
const h200: ModelCapacity = {
  gpuModel: 'H200',
  region: 'basement',
  totalGpus: 8,
  freeGpus: 3,
  largestFreeOnOneNode: 3,
  wholeNodesFreeBySize: new Map(),
  readyNodes: 1,
  parts: [],
};

/** The catalogue alone: fleet, billing and what launches from it answer as told here. */
export function startCatalogue(options: {
  database: 'sqlite' | 'postgres';
  clock?: TestClock;
  currencies?: Readonly<Record<string, string>>;
}) {
  const fleet = {
    capacity: async () => [h200],
    regions: async () => ['basement', 'eu-west'],
  } satisfies Partial<FleetPort> as unknown as FleetPort;
  const billing = {
    currencyOf: async (_queries, organizationId) => options.currencies?.[organizationId] ?? 'USD',
  } satisfies Partial<BillingPort> as unknown as BillingPort;
  return startTestBackend({
    database: options.database,
    plugins: ['catalog'],
    ...(options.clock ? { clock: options.clock } : {}),
    instead: [
      createServiceFactory({ service: fleetPortRef, deps: {}, factory: () => fleet }),
      createServiceFactory({ service: billingPortRef, deps: {}, factory: () => billing }),
      createServiceFactory({
        service: catalogUsageRef,
        deps: {},
        factory: () => ({ inUse: async () => ({ allocations: 2, gpus: 5 }) }),
      }),
    ],
  });
}

const GIB = 1024 ** 3;
export const usd = (amount: number) => ({ amount: String(amount), currency: 'USD', scale: 6 }) as const;

export const newSku = (more: Partial<BodySentTo<typeof createSku>> = {}): BodySentTo<typeof createSku> => ({
  name: 'H200 pair',
  gpu_model: 'H200',
  shape: 'gpu_slice',
  gpu_counts: [2, 1],
  vcpus_per_gpu: 8,
  memory_bytes_per_gpu: 64 * GIB,
  disk_bytes_per_gpu: 100 * GIB,
  ...more,
});

export const newImage = (more: Partial<BodySentTo<typeof createOsImage>> = {}): BodySentTo<typeof createOsImage> => ({
  name: 'CUDA shell',
  version: '13.1',
  source: 'registry.example/cuda-shell',
  digest: `sha256:${'a'.repeat(64)}`,
  ...more,
});
