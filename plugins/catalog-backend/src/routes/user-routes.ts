import { REGIONS_MAX } from '@portico/plugin-catalog/contract';
import type { catalogContract } from '@portico/plugin-catalog/contract';
import { cutPage, decodeCursor, encodeCursor } from '@portico/plugin-kit/backend';
import type { Handlers, UserCaller } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { skuCapacity } from '../domain/availability';
import type { CatalogServices } from '../services';
import { imageItem, skuItem } from '../sku-view';
import type { SkuItem } from '../sku-view';
import { offeredImages } from '../store/images';
import { offeredSku, offeredSkus } from '../store/skus';
import type { ListedSku, Onlooker } from '../store/skus';

const SKUS = 'catalog.skus';
const IMAGES = 'catalog.images';

type UserOperations = 'listSkus' | 'getSku' | 'listOsImages' | 'listRegions';

/** What the people of an organization see of the catalogue. */
export function userRoutes({
  database: { read },
  fleet,
  billing,
  clock,
}: Pick<CatalogServices, 'database' | 'fleet' | 'billing' | 'clock'>): Pick<
  Handlers<typeof catalogContract>,
  UserOperations
> {
  const onlooker = async ({ organizationId }: UserCaller): Promise<Onlooker> => ({
    organizationId,
    currency: await billing.currencyOf(read, organizationId),
    now: clock.now(),
  });
  const itemsOf = async (skus: readonly ListedSku[], currency: string): Promise<SkuItem[]> => {
    const capacity = await fleet.capacity(read);
    return skus.map(sku => skuItem(sku, skuCapacity(sku, capacity), currency));
  };
  return {
    async listSkus({ query, caller }) {
      const to = await onlooker(caller);
      const skus = (await offeredSkus(read, to)).filter(
        sku => query.gpu_model === undefined || sku.gpuModel === query.gpu_model,
      );
      const items = await itemsOf(skus, to.currency);
      // Availability is not in any row, so the catalogue (some two hundred entries at most) is filtered and paged here.
      const listed = items
        .map((item, place) => ({ item, position: skus[place]?.position ?? 0, id: item.sku_id }))
        .filter(({ item }) => query.availability === undefined || item.availability === query.availability);
      const page = pageOf(SKUS, listed, query);
      return { status: 200, body: { items: page.shown.map(({ item }) => item), next_cursor: page.nextCursor } };
    },

    async getSku({ params, caller }) {
      const to = await onlooker(caller);
      const sku = await offeredSku(read, { ...to, skuId: params.sku_id });
      const [item] = sku === undefined ? [] : await itemsOf([sku], to.currency);
      if (item === undefined) throw common.fail('not_found');
      return { status: 200, body: item };
    },

    async listOsImages({ query, caller }) {
      const { sku_id: skuId } = query;
      const sku = skuId === undefined ? undefined : await offeredSku(read, { ...(await onlooker(caller)), skuId });
      const isOfSku = (imageId: string) =>
        skuId === undefined || (sku !== undefined && (sku.imageIds === null || sku.imageIds.includes(imageId)));
      const images = (await offeredImages(read)).filter(image => isOfSku(image.imageId));
      const listed = images.map(image => ({ image, position: image.position, id: image.imageId }));
      const page = pageOf(IMAGES, listed, query);
      return {
        status: 200,
        body: { items: page.shown.map(({ image }) => imageItem(image)), next_cursor: page.nextCursor },
      };
    },

    async listRegions() {
      const regions = await fleet.regions(read);
      return {
        status: 200,
        body: { items: regions.slice(0, REGIONS_MAX).map(region => ({ region })), next_cursor: null },
      };
    },
  };
}

/** One page of a list in the order of the catalogue, of which all is there. */
function pageOf<Row extends { readonly position: number; readonly id: string }>(
  list: string,
  rows: readonly Row[],
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  const [position, id] = cursor === undefined ? [] : decodeCursor(list, cursor, ['number', 'string']);
  const rest =
    cursor === undefined
      ? rows
      : rows.filter(row => row.position > Number(position) || (row.position === position && row.id > String(id)));
  return cutPage(rest, limit, last => encodeCursor(list, [last.position, last.id]));
}
