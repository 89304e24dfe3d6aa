import { createServiceRef } from '@backstage/backend-plugin-api';
import type { Queries } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';

/** The catalogue as launch sees it. */
export interface CatalogPort {
  /**
   * A SKU offered to that organization, or undefined. `pricePerGpuHour` is the one in force at `now` (epoch milliseconds) in that currency, null when there is none.
   */
  sku(
    queries: Queries,
    options: { skuId: string; currency: string; organizationId: string; now: number },
  ): Promise<Sku | undefined>;
  image(queries: Queries, imageId: string): Promise<OsImage | undefined>;
}

export interface Sku {
  readonly skuId: string;
  readonly name: string;
  readonly gpuModel: string;
  readonly shape: 'gpu_slice' | 'baremetal';
  readonly gpuCounts: readonly number[];
  readonly vcpusPerGpu: number;
  readonly memoryBytesPerGpu: number;
  readonly diskBytesPerGpu: number;
  /** 1000 is a whole GPU. */
  readonly gpuFractionMilli: number;
  /** Regions it is sold in; null is any. */
  readonly regions: readonly string[] | null;
  /** Images it can be launched with; null is all. */
  readonly imageIds: readonly string[] | null;
  readonly pricePerGpuHour: Micros | null;
}

export interface OsImage {
  readonly imageId: string;
  readonly name: string;
  readonly version: string;
  /** Where nodes get it: a registry reference, or the name of one that is preloaded; null is the runtime's own base. */
  readonly source: string | null;
  /** `sha256:…` it must have. */
  readonly digest: string | null;
  /** The login name inside. */
  readonly defaultUser: string;
  /** Local disk an allocation must have to start from it. */
  readonly minDiskBytes: number;
}

/**
 * What uses an entry of the catalogue now. Implemented by plugins that launch from it, each for its own; whoever withdraws one is told.
 */
export interface CatalogUsage {
  inUse(
    queries: Queries,
    of: { readonly skuId: string } | { readonly imageId: string },
  ): Promise<{ allocations: number; gpus: number }>;
}

export const catalogUsageRef = createServiceRef<CatalogUsage>({
  id: 'portico.port.catalog-usage',
  scope: 'root',
  multiton: true,
});

export const catalogPortRef = createServiceRef<CatalogPort>({ id: 'portico.port.catalog', scope: 'root' });
