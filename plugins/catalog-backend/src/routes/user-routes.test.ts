import { createServiceFactory } from '@backstage/backend-plugin-api';
import type { BillingPort } from '@portico/plugin-billing/port';
import { billingPortRef } from '@portico/plugin-billing/port';
import { getSku, listOsImages, listSkus } from '@portico/plugin-catalog/contract';
import { fleetPortRef } from '@portico/plugin-fleet/port';
import type { FleetPort, ModelCapacity } from '@portico/plugin-fleet/port';
import { startTestBackend } from '@portico/plugin-kit/testing';

const EURO_ORGANIZATION = 'org_euro';
const SWISS_ORGANIZATION = 'org_swiss';
const currencies: Record<string, string> = { [EURO_ORGANIZATION]: 'EUR', [SWISS_ORGANIZATION]: 'CHF' };

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
const fleet = { capacity: async () => [h200] } satisfies Partial<FleetPort> as unknown as FleetPort;
const billing = {
  currencyOf: async (_queries, organizationId) => currencies[organizationId] ?? 'USD',
} satisfies Partial<BillingPort> as unknown as BillingPort;

const start = (database: 'sqlite' | 'postgres') =>
  startTestBackend({
    database,
    plugins: ['catalog'],
    instead: [
      createServiceFactory({ service: fleetPortRef, deps: {}, factory: () => fleet }),
      createServiceFactory({ service: billingPortRef, deps: {}, factory: () => billing }),
    ],
  });

describe.each(['sqlite', 'postgres'] as const)('on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  const permissions = ['catalog.sku.read', 'catalog.image.read'];
  let token: string;
  beforeAll(async () => {
    backend = await start(database);
    token = backend.signInAs({ permissions }).token;
  });
  afterAll(() => backend?.stop());

  test('the default catalogue has prices, capacity and reasons', async () => {
    const { items } = await backend.call(listSkus, { token });
    expect(
      items.map(sku => [
        sku.name,
        sku.availability,
        sku.unavailable_reason,
        sku.free_gpus,
        sku.total_gpus,
        sku.price_per_gpu_hour?.amount,
      ]),
    ).toEqual([
      ['H200 slice', 'limited', null, 3, 8, '3390000'],
      ['H200 bare metal node', 'sold_out', 'no_single_node_fits', 0, 8, '3090000'],
      ['B200 slice', 'sold_out', 'no_regional_capacity', 0, 0, '5490000'],
      ['L40S slice', 'sold_out', 'no_regional_capacity', 0, 0, '1090000'],
    ]);
    expect(items[0]).toMatchObject({
      sku_id: expect.stringMatching(/^sku_/),
      gpu_model: 'H200',
      shape: 'gpu_slice',
      gpu_counts: [1, 2, 4, 8],
      gpu_fraction_milli: 1000,
      price_per_gpu_hour: { currency: 'USD', scale: 6 },
    });
  });

  test('prices are in the currency of the caller’s organization, and null where there is none', async () => {
    const priceFor = async (organizationId: string) =>
      (await backend.call(listSkus, { token: backend.signInAs({ permissions, organizationId }).token })).items[0]
        ?.price_per_gpu_hour;
    expect(await priceFor(EURO_ORGANIZATION)).toEqual({ amount: '3150000', currency: 'EUR', scale: 6 });
    expect(await priceFor(SWISS_ORGANIZATION)).toBeNull();
  });

  test('filters by model and availability, and pages follow each other', async () => {
    const names = async (query: { gpu_model?: string; availability?: 'available' | 'limited' | 'sold_out' }) =>
      (await backend.call(listSkus, { token, query })).items.map(sku => sku.name);
    expect(await names({ gpu_model: 'H200' })).toEqual(['H200 slice', 'H200 bare metal node']);
    expect(await names({ availability: 'limited' })).toEqual(['H200 slice']);
    expect(await names({ gpu_model: 'H200', availability: 'sold_out' })).toEqual(['H200 bare metal node']);
    expect(await names({ gpu_model: 'none' })).toEqual([]);

    const seen: string[] = [];
    for (let cursor: string | undefined, page = 0; page < 3; page += 1) {
      const { items, next_cursor } = await backend.call(listSkus, {
        token,
        query: { limit: 2, availability: 'sold_out', cursor },
      });
      seen.push(...items.map(sku => sku.name));
      if (next_cursor === null) break;
      cursor = next_cursor;
    }
    expect(seen).toEqual(['H200 bare metal node', 'B200 slice', 'L40S slice']);
    expect(await backend.refusal(listSkus, { token, query: { cursor: 'nonsense' } })).toMatchObject({
      status: 400,
      code: 'cursor_invalid',
    });
  });

  test('one SKU is what the list says of it, and one that does not exist is not found', async () => {
    const [listed] = (await backend.call(listSkus, { token })).items;
    expect(await backend.call(getSku, { token, params: { sku_id: listed?.sku_id ?? '' } })).toEqual(listed);
    expect(await backend.refusal(getSku, { token, params: { sku_id: 'sku_0' } })).toMatchObject({
      status: 404,
      code: 'not_found',
    });
  });

  test('images have exactly one default', async () => {
    const { items, next_cursor } = await backend.call(listOsImages, { token });
    expect(items.filter(image => image.is_default)).toHaveLength(1);
    expect(items[0]).toMatchObject({ image_id: expect.stringMatching(/^img_/), is_default: true });
    expect(next_cursor).toBeNull();
  });

  test('nobody reads the catalogue without the permission', async () => {
    const other = backend.signInAs({ permissions: [] }).token;
    for (const operation of [listSkus, listOsImages] as const) {
      expect(await backend.refusal(operation, { token: other })).toMatchObject({
        status: 403,
        code: 'permission_denied',
      });
      expect(await backend.refusal(operation, {})).toMatchObject({ status: 401, code: 'authentication_required' });
    }
  });
});
