import { cutPage, decodeCursor, encodeCursor } from '@portico/plugin-kit/backend';
import type { Database, Handlers } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { BillingPort } from '@portico/plugin-billing/port';
import type { catalogContract } from '@portico/plugin-catalog/contract';
import type { FleetPort } from '@portico/plugin-fleet/port';
import { skuCapacity } from './domain/availability';
import { imageItem, skuItem } from './sku-view';
import type { SkuItem } from './sku-view';
import { offeredImages } from './store/images';
import { offeredSku, offeredSkus } from './store/skus';
import type { ListedSku } from './store/skus';

const SKUS = 'catalog.skus';
const IMAGES = 'catalog.images';
/** Positions begin at 0. */
const BEFORE_THE_FIRST = -1;

export interface CatalogServices {
  readonly database: Database;
  readonly fleet: FleetPort;
  readonly billing: BillingPort;
}

export function catalogRoutes({
  database: { read },
  fleet,
  billing,
}: CatalogServices): Handlers<typeof catalogContract> {
  const itemsOf = async (skus: readonly ListedSku[], currency: string): Promise<SkuItem[]> => {
    const capacities = new Map((await fleet.capacity(read)).map(capacity => [capacity.gpuModel, capacity]));
    return skus.map(sku => skuItem(sku, skuCapacity(sku, capacities.get(sku.gpuModel)), currency));
  };
  return {
    async listSkus({ query, caller }) {
      const after = positionOf(SKUS, query.cursor);
      const currency = await billing.currencyOf(read, caller.organizationId);
      const skus = (await offeredSkus(read, currency)).filter(
        sku => query.gpu_model === undefined || sku.gpuModel === query.gpu_model,
      );
      const items = await itemsOf(skus, currency);
      // Availability is not in any row, so the catalogue (some two hundred entries at most) is filtered and paged here.
      const listed = items
        .map((item, place) => ({ item, position: skus[place]?.position ?? 0 }))
        .filter(
          ({ item, position }) =>
            position > after && (query.availability === undefined || item.availability === query.availability),
        );
      const page = pageOf(SKUS, listed, query.limit);
      return { status: 200, body: { items: page.shown.map(({ item }) => item), next_cursor: page.nextCursor } };
    },

    async getSku({ params, caller }) {
      const currency = await billing.currencyOf(read, caller.organizationId);
      const sku = await offeredSku(read, { skuId: params.sku_id, currency });
      const [item] = sku === undefined ? [] : await itemsOf([sku], currency);
      if (item === undefined) throw common.fail('not_found');
      return { status: 200, body: item };
    },

    async listOsImages({ query }) {
      const after = positionOf(IMAGES, query.cursor);
      const page = pageOf(IMAGES, await offeredImages(read, { after, limit: query.limit + 1 }), query.limit);
      return { status: 200, body: { items: page.shown.map(imageItem), next_cursor: page.nextCursor } };
    },
  };
}

function positionOf(list: string, cursor: string | undefined): number {
  return cursor === undefined ? BEFORE_THE_FIRST : Number(decodeCursor(list, cursor, ['number'])[0]);
}

function pageOf<Row extends { readonly position: number }>(list: string, rows: readonly Row[], limit: number) {
  return cutPage(rows, limit, last => encodeCursor(list, [last.position]));
}
