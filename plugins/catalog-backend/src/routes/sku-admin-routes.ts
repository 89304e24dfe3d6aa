import { PRICE_HISTORY_MAX } from '@portico/plugin-catalog/contract';
import type { catalogContract } from '@portico/plugin-catalog/contract';
import { pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers, Queries, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { changeSku, createSku, offerSku, withdrawSku } from '../actions/change-sku';
import { cancelPrice, setPrice } from '../actions/set-price';
import { adminSkuDetail, adminSkuItem, skuPrice } from '../administration-view';
import { skuCapacity } from '../domain/availability';
import { pricesInForce, statusOfPrice } from '../domain/prices';
import { inUse } from '../in-use';
import type { CatalogServices } from '../services';
import { anySku, skusPage } from '../store/all-skus';
import type { AnySku } from '../store/all-skus';
import { pricesOf, standingPrices } from '../store/prices';

type SkuAdminOperations =
  | 'listAdminSkus'
  | 'getAdminSku'
  | 'createSku'
  | 'updateSku'
  | 'withdrawSku'
  | 'offerSku'
  | 'setSkuPrice'
  | 'cancelSkuPrice';

/** What those do with SKUs and prices who look after the catalogue. */
export function skuAdminRoutes(services: CatalogServices): Pick<Handlers<typeof catalogContract>, SkuAdminOperations> {
  const { database, clock, fleet, actorNames } = services;
  const itemsOf = async (queries: Queries, skus: readonly AnySku[], now: number) => {
    const capacity = await fleet.capacity(queries);
    const prices = await standingPrices(queries, { skuIds: skus.map(sku => sku.skuId), now });
    return skus.map(sku => adminSkuItem(sku, { capacity: skuCapacity(sku, capacity), prices, now }));
  };
  const detail = async (queries: Queries, of: { skuId: string; now: number }) => {
    const { skuId, now } = of;
    const sku = await anySku(queries, skuId);
    const [item] = sku === undefined ? [] : await itemsOf(queries, [sku], now);
    if (item === undefined) throw common.fail('not_found');
    const history = await pricesOf(queries, skuId, PRICE_HISTORY_MAX);
    const setters = [...new Set(history.map(price => price.setBy))].filter(userId => userId !== null);
    const names = await actorNames.ofUsers(queries, setters);
    return adminSkuDetail(item, { history, names, inUse: await inUse(queries, services, { skuId }), now });
  };
  const changed = async (tx: Transaction, skuId: string) => ({
    status: 200 as const,
    body: await detail(tx, { skuId, now: tx.now }),
  });
  return {
    async listAdminSkus({ query }) {
      const { q, offered: isOffered, shape, managed_by: managedBy } = query;
      const { shown, nextCursor } = await pageByTime(query, {
        name: `catalog.all-skus:${JSON.stringify([q, isOffered, shape, managedBy])}`,
        rows: page => skusPage(database.read, { q, isOffered, shape, managedBy, ...page }),
        placeOf: sku => ({ at: sku.createdAt, id: sku.skuId }),
      });
      return {
        status: 200,
        body: { items: await itemsOf(database.read, shown, clock.now()), next_cursor: nextCursor },
      };
    },

    async getAdminSku({ params }) {
      return { status: 200, body: await detail(database.read, { skuId: params.sku_id, now: clock.now() }) };
    },

    async createSku(request) {
      const { body } = request;
      const sku = {
        name: body.name,
        gpuModel: body.gpu_model,
        shape: body.shape,
        gpuCounts: body.gpu_counts,
        vcpusPerGpu: body.vcpus_per_gpu,
        memoryBytesPerGpu: body.memory_bytes_per_gpu,
        diskBytesPerGpu: body.disk_bytes_per_gpu,
        gpuFractionMilli: body.gpu_fraction_milli,
        regions: body.regions,
        imageIds: body.image_ids,
        organizationIds: body.organization_ids,
        isOffered: body.offered,
        prices: body.prices,
      };
      return request.write(async tx => {
        const skuId = await createSku(tx, services, { ...request, sku });
        return { status: 201, body: await detail(tx, { skuId, now: tx.now }) };
      });
    },

    async updateSku(request) {
      const { body, params } = request;
      const change = {
        name: body.name,
        gpuModel: body.gpu_model,
        shape: body.shape,
        gpuCounts: body.gpu_counts,
        vcpusPerGpu: body.vcpus_per_gpu,
        memoryBytesPerGpu: body.memory_bytes_per_gpu,
        diskBytesPerGpu: body.disk_bytes_per_gpu,
        regions: body.regions,
        imageIds: body.image_ids,
        organizationIds: body.organization_ids,
      };
      return request.write(async tx => {
        await changeSku(tx, services, { ...request, skuId: params.sku_id, change });
        return changed(tx, params.sku_id);
      });
    },

    async withdrawSku(request) {
      const skuId = request.params.sku_id;
      return request.write(async tx => {
        await withdrawSku(tx, services, { ...request, skuId });
        return changed(tx, skuId);
      });
    },

    async offerSku(request) {
      const skuId = request.params.sku_id;
      return request.write(async tx => {
        await offerSku(tx, services, { ...request, skuId });
        return changed(tx, skuId);
      });
    },

    async setSkuPrice(request) {
      const { currency, per_gpu_hour: perGpuHour, effective_from } = request.body;
      const begins = effective_from === undefined ? null : Date.parse(effective_from);
      return request.write(async tx => {
        const wanted = { ...request, skuId: request.params.sku_id, currency, perGpuHour, begins };
        const price = await setPrice(tx, services, wanted);
        const status = statusOfPrice(price, pricesInForce([price], tx.now), tx.now);
        return {
          status: 201,
          body: skuPrice(price, status, await actorNames.ofUsers(tx, [request.caller.userId])),
        };
      });
    },

    async cancelSkuPrice(request) {
      return request.write(async tx => {
        const { sku_id: skuId, price_id: priceId } = request.params;
        await cancelPrice(tx, services, { ...request, skuId, priceId });
        return { status: 204, body: undefined };
      });
    },
  };
}
