import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { listSkus } from '../contract/operations';

export type Sku = ReplyOf<typeof listSkus>['items'][number];

const shapes = { gpu_slice: 'GPU slice', baremetal: 'Whole node' } as const satisfies Record<Sku['shape'], string>;

const reasons = {
  no_regional_capacity: 'Every GPU of this model is taken. It is offered again as soon as one is released.',
  no_single_node_fits: 'GPUs are free, but not enough of them on one node.',
  topology_not_ready: 'The nodes that hold this model are not ready.',
} as const satisfies Record<NonNullable<Sku['unavailable_reason']>, string>;

export function shapeName(sku: Pick<Sku, 'shape'>): string {
  return shapes[sku.shape];
}

/** Why it cannot be launched, or null when it can. */
export function unavailableBecause(sku: Sku): string | null {
  if (sku.price_per_gpu_hour === null) return 'No price in your currency.';
  if (sku.availability !== 'sold_out') return null;
  if (sku.total_gpus === 0) return `The fleet has no ${sku.gpu_model} yet.`;
  return sku.unavailable_reason === null ? 'Sold out.' : reasons[sku.unavailable_reason];
}

export function capacityText(sku: Sku): string {
  const perNode = sku.gpu_counts[0];
  if (sku.shape === 'baremetal' && perNode !== undefined) {
    return `${Math.floor(sku.free_gpus / perNode)} of ${Math.floor(sku.total_gpus / perNode)} whole nodes free`;
  }
  return `${sku.free_gpus} of ${sku.total_gpus} GPUs free`;
}

/** `1, 2, 4 or 8 GPUs`. */
export function countsText(sku: Pick<Sku, 'gpu_counts'>): string {
  const counts = sku.gpu_counts.map(String);
  const last = counts.pop() ?? '';
  return `${counts.length === 0 ? last : `${counts.join(', ')} or ${last}`} ${last === '1' ? 'GPU' : 'GPUs'}`;
}
