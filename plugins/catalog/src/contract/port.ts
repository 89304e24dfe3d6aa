import { createServiceRef } from '@backstage/backend-plugin-api';
import type { Queries } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';

/** The catalogue as launch sees it. */
export interface CatalogPort {
  /** A SKU offered in that currency, or undefined. `pricePerGpuHour` is null when it has no price there. */
  sku(queries: Queries, options: { skuId: string; currency: string }): Promise<Sku | undefined>;
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
}

export const catalogPortRef = createServiceRef<CatalogPort>({ id: 'portico.port.catalog', scope: 'root' });
