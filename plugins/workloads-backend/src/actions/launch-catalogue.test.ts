import { createServiceFactory } from '@backstage/backend-plugin-api';
import { creditUser, previewPolicy, setPolicy } from '@portico/plugin-access/contract';
import {
  createOsImage,
  getAdminSku,
  listOsImages,
  listSkus,
  offerSku,
  setSkuPrice,
  updateSku,
  withdrawSku,
} from '@portico/plugin-catalog/contract';
import { localRuntimeRef } from '@portico/plugin-fleet/port';
import { eachDatabase, startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import { getAllocation, launchAllocation, quoteLaunch, releaseAllocation } from '@portico/plugin-workloads/contract';
import { assertBooksBalance } from '../../../billing-backend/src/testing/books';
import { FakeRuntime } from '../testing/fake-runtime';

const NODES = [{ name: 'only', gpuModel: 'H200', gpuCount: 16, numaDomains: 1 }];
const LARGE_BYTES = 60 * 1024 ** 4;
const usd = (micros: number) => ({ amount: String(micros), currency: 'USD', scale: 6 }) as const;

/** What the administrators of the catalogue change, under people who launch. */
eachDatabase(db => {
  let portal: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    portal = await start();
  });
  afterAll(() => portal?.stop());

  async function start() {
    const runtime = new FakeRuntime();
    const backend = await startTestBackend({
      database: db.dialect,
      instead: [createServiceFactory({ service: localRuntimeRef, deps: {}, factory: () => runtime })],
      settings: { fleet: { nodes: NODES, heartbeat: { intervalSeconds: 1 } } },
    });
    const owner = await backend.signUp();
    const { token } = owner;
    const signedIn = await backend.request('POST', 'auth/personal/login', {
      body: { username: 'admin', password: owner.password },
    });
    const admin = String(signedIn.body.access_token);
    await backend.call(creditUser, {
      token: admin,
      params: { user_id: owner.userId },
      body: { amount: usd(10_000_000_000), reason: 'test' },
    });
    await waitFor(
      async () => (await backend.call(listSkus, { token })).items.some(one => one.free_gpus > 0),
      'nodes that are ready',
    );
    const sku = (await backend.call(listSkus, { token })).items[0]!;
    const image = (await backend.call(listOsImages, { token })).items[0]!;
    const launch = (more: object = {}) =>
      backend.request('POST', launchAllocation.path, {
        token,
        body: { sku_id: sku.sku_id, gpu_count: 1, image_id: image.image_id, ...more },
        headers: { 'idempotency-key': crypto.randomUUID() },
      });
    return { ...backend, ...owner, admin, params: { sku_id: sku.sku_id }, launch };
  }

  const setPrice = (micros: number) =>
    portal.call(setSkuPrice, {
      token: portal.admin,
      params: portal.params,
      body: { currency: 'USD', per_gpu_hour: usd(micros) },
    });
  const changeSku = (body: Parameters<typeof portal.call<typeof updateSku>>[1]['body']) =>
    portal.call(updateSku, { token: portal.admin, params: portal.params, body });
  const allocation = (params: { allocation_id: string }) => portal.call(getAllocation, { token: portal.token, params });

  /** Launches and waits until it runs. */
  async function active() {
    const { body } = await portal.launch();
    const params = { allocation_id: (body.allocation as { allocation_id: string }).allocation_id };
    await waitFor(async () => (await allocation(params)).status === 'active', 'the allocation to be active');
    return params;
  }

  test('the price of what runs, and the bill, stay as they were when the price of the SKU changes', async () => {
    await setPrice(1_000_000);
    const params = await active();
    await setPrice(9_000_000);
    expect((await allocation(params)).price_per_hour).toEqual(usd(1_000_000));
    expect((await portal.call(getAdminSku, { token: portal.admin, params: portal.params })).in_use).toEqual({
      allocations: 1,
      gpus: 1,
    });
    await portal.call(releaseAllocation, { token: portal.token, params });
    await waitFor(async () => (await allocation(params)).status === 'released', 'the allocation to be released');
    const meter = await portal.services.database.read.first<{ price_micros: bigint }>(
      'SELECT price_per_hour_micros AS price_micros FROM billing_meters WHERE allocation_id = ?',
      [params.allocation_id],
    );
    expect(meter?.price_micros).toBe(1_000_000n);
    await assertBooksBalance(portal.services.database.read);
    expect((await allocation(await active())).price_per_hour).toEqual(usd(9_000_000));
  });

  test('a quote keeps its price until it expires', async () => {
    await setPrice(2_000_000);
    const quoted = await portal.call(quoteLaunch, { token: portal.token, body: { ...portal.params, gpu_count: 1 } });
    await setPrice(3_000_000);
    const launched = await portal.launch({ quote_id: quoted.quote_id });
    expect(launched.body.allocation).toMatchObject({ price_per_hour: usd(2_000_000) });
  });

  test('what is for other organizations, or withdrawn, is not there to launch', async () => {
    await changeSku({ organization_ids: ['org_others'] });
    expect(await portal.launch()).toMatchObject({ status: 404, body: { code: 'sku_not_found' } });
    const quote = { token: portal.token, body: { ...portal.params, gpu_count: 1 } };
    expect((await portal.refusal(quoteLaunch, quote)).code).toBe('sku_not_found');
    await changeSku({ organization_ids: [portal.organizationId] });
    expect((await portal.launch()).status).toBe(202);
    await changeSku({ organization_ids: null });
    await portal.call(withdrawSku, { token: portal.admin, params: portal.params });
    expect(await portal.launch()).toMatchObject({ status: 404, body: { code: 'sku_not_found' } });
    await portal.call(offerSku, { token: portal.admin, params: portal.params });
  });

  test('an image that is not for the hardware, or larger than its disk, is refused', async () => {
    const { image_id } = await portal.call(createOsImage, {
      token: portal.admin,
      body: { name: 'Large', version: '1', source: 'localhost/large', min_disk_bytes: LARGE_BYTES },
    });
    expect(await portal.launch({ image_id })).toMatchObject({
      status: 422,
      body: { code: 'image_too_large', details: { image_id, min_disk_bytes: LARGE_BYTES } },
    });
    await changeSku({ image_ids: [image_id] });
    expect(await portal.launch()).toMatchObject({ status: 422, body: { code: 'image_not_for_sku' } });
    await changeSku({ image_ids: null });
  });

  test('regions of the hardware and of a policy are kept together', async () => {
    const { token } = portal;
    const params = { policy: 'allowed_regions' } as const;
    const allow = (value: string[]) =>
      portal.call(setPolicy, { token, params, body: { level: 'organization', value } });
    await active();
    const query = { level: 'organization', value: JSON.stringify(['moon']) } as const;
    const preview = await portal.call(previewPolicy, { token, params, query });
    expect([preview.beyond, preview.running > 0]).toEqual([preview.running, true]);
    await allow(['moon']);
    expect((await portal.launch()).body.code).toBe('sku_sold_out');
    await allow(['default']);
    expect((await portal.launch()).status).toBe(202);
    await changeSku({ regions: ['moon'] });
    expect((await portal.launch()).body).toMatchObject({
      code: 'policy_forbids',
      details: { policy: 'allowed_regions', regions: ['default'], level: 'organization' },
    });
  });
});
