import { isPreloaded } from '@portico/plugin-catalog/contract';
import type { catalogErrors } from '@portico/plugin-catalog/contract';
import type { Sku } from '@portico/plugin-catalog/port';

/**
 * What an entry of the catalogue must be, beyond what its schema says, and when an administrator takes one over from the configuration: by a change of anything the
 * configuration states. Where it is sold, with which images and to whom the configuration does not know, so that can be said without taking the rest over.
 */
type Refusal = keyof typeof catalogErrors;

export function skuRefusal(sku: Pick<Sku, 'shape' | 'gpuFractionMilli'>): Refusal | null {
  return sku.shape === 'baremetal' && sku.gpuFractionMilli !== 1000 ? 'sku_shape_invalid' : null;
}

export function imageRefusal({ source, digest }: { source: string | null; digest: string | null }): Refusal | null {
  if (source === null) return digest === null ? null : 'image_source_required';
  return digest === null && !isPreloaded(source) ? 'image_digest_required' : null;
}

/** Null for a price that may be set; `begins` is NaN for an instant no clock shows. */
export function priceRefusal(price: {
  currency: string;
  perGpuHour: { currency: string } | null;
  begins: number | null;
  now: number;
  /** When the one in force began. */
  inForceSince: number;
}): Refusal | null {
  const { currency, perGpuHour, begins, now, inForceSince } = price;
  if (perGpuHour !== null && perGpuHour.currency !== currency) return 'price_currency_mismatch';
  if (begins !== null && !(begins >= now && begins > inForceSince)) return 'price_begins_in_the_past';
  return null;
}

const stated = [
  'name',
  'gpuModel',
  'shape',
  'gpuCounts',
  'vcpusPerGpu',
  'memoryBytesPerGpu',
  'diskBytesPerGpu',
  'gpuFractionMilli',
] as const satisfies readonly (keyof Sku)[];
type StatedSku = Pick<Sku, (typeof stated)[number]> & { readonly isOffered: boolean };

/** Whether a SKU is no longer what the configuration says of it. */
export function departsFromConfiguration(before: StatedSku, after: StatedSku): boolean {
  const fields = (sku: StatedSku) => JSON.stringify([sku.isOffered, ...stated.map(field => sku[field])]);
  return fields(before) !== fields(after);
}
