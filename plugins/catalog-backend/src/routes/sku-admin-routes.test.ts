import {
  cancelSkuPrice,
  createSku,
  getAdminSku,
  getSku,
  listAdminSkus,
  listOsImages,
  listRegions,
  listSkus,
  offerSku,
  setSkuPrice,
  updateSku,
  withdrawSku,
} from '@portico/plugin-catalog/contract';
import { eachDatabase, TestClock } from '@portico/plugin-kit/testing';
import { newSku, startCatalogue, usd } from '../testing/catalogue';

const HOUR = 3_600_000;
const THEIRS = 'org_theirs';

eachDatabase(db => {
  const clock = new TestClock();
  let backend: Awaited<ReturnType<typeof startCatalogue>>;
  /** Looks after the catalogue. */
  let admin: string;
  /** Sees what everybody sees. */
  let user: string;
  beforeAll(async () => {
    backend = await startCatalogue({ database: db.dialect, clock, currencies: { org_euro: 'EUR' } });
    admin = backend.signInAs({ permissions: ['catalog.sku.manage'] }).token;
    user = backend.signInAs({ permissions: ['catalog.sku.read', 'catalog.image.read'] }).token;
  });
  afterAll(() => backend?.stop());

  const at = (offset: number) => new Date(clock.now() + offset).toISOString();
  const make = (more: Parameters<typeof newSku>[0] = {}) =>
    backend.call(createSku, { token: admin, body: newSku(more) });
  const detail = (skuId: string) => backend.call(getAdminSku, { token: admin, params: { sku_id: skuId } });
  const priceFor = async (skuId: string, token = user) =>
    (await backend.call(getSku, { token, params: { sku_id: skuId } })).price_per_gpu_hour?.amount ?? null;
  const sees = async (token: string, skuId: string) =>
    (await backend.call(listSkus, { token, query: { limit: 200 } })).items.some(item => item.sku_id === skuId);
  const configured = async () =>
    (await backend.call(listAdminSkus, { token: admin, query: { managed_by: 'configuration', limit: 200 } })).items;
  const audited = async (skuId: string) =>
    (
      await backend.services.database.read.all<{ action: string; changes_json: string }>(
        'SELECT action, changes_json FROM platform_audit_log WHERE target_id = ? ORDER BY sequence',
        [skuId],
      )
    ).map(row => [row.action, JSON.parse(row.changes_json)] as const);

  test('one that is made is offered in the last place, with its price, and stands in the audit', async () => {
    clock.set(clock.now() + 1);
    const made = await make({ prices: [usd(2_500_000)] });
    expect(made).toMatchObject({
      gpu_counts: [1, 2],
      offered: true,
      origin: 'administrator',
      managed_by: 'administrator',
      settings_key: null,
      organization_ids: null,
      regions: null,
      image_ids: null,
      prices: [{ currency: 'USD', per_gpu_hour: usd(2_500_000), next_change_at: null }],
      in_use: { allocations: 2, gpus: 5 },
    });
    const { items } = await backend.call(listSkus, { token: user });
    expect(items.at(-1)).toMatchObject({ sku_id: made.sku_id, price_per_gpu_hour: usd(2_500_000), free_gpus: 3 });
    expect((await audited(made.sku_id)).map(([action]) => action)).toEqual(['catalog.sku.create', 'catalog.price.set']);
    expect((await backend.call(listAdminSkus, { token: admin })).items[0]?.sku_id).toBe(made.sku_id);
  });

  test('shows people and administrators what is free in the regions where it is sold', async () => {
    const free = async (regions: string[] | null) => {
      const { sku_id } = await make({ regions });
      const shown = (await backend.call(listSkus, { token: user })).items.find(sku => sku.sku_id === sku_id);
      return [shown?.free_gpus, shown?.availability, (await detail(sku_id)).free_gpus];
    };
    expect(await free(null)).toEqual([3, 'available', 3]);
    expect(await free(['eu-west', 'basement'])).toEqual([3, 'available', 3]);
    expect(await free(['eu-west'])).toEqual([0, 'sold_out', 0]);
  });

  test.each([
    ['parts of a GPU on whole nodes', { shape: 'baremetal', gpu_fraction_milli: 500 }, 'sku_shape_invalid'],
    ['an image nobody knows', { image_ids: ['img_none'] }, 'sku_image_unknown'],
    ['two prices in one currency', { prices: [usd(1), usd(2)] }, 'price_currency_repeated'],
  ] as const)('is refused with %s', async (_what, more, code) => {
    expect(await backend.refusal(createSku, { token: admin, body: newSku(more as never) })).toMatchObject({
      status: 422,
      code,
    });
  });

  test.each([
    ['a negative price', { prices: [{ ...usd(1), amount: '-1' }] }],
    ['a price with a point', { prices: [{ ...usd(1), amount: '1.5' }] }],
    ['no GPUs', { gpu_counts: [0] }],
    ['a region that is no name', { regions: ['EU West'] }],
    ['nobody to see it', { organization_ids: [] }],
    ['a name of two lines', { name: 'a\nb' }],
  ])('is malformed with %s', async (_what, more) => {
    const reply = await backend.request('POST', 'admin/skus', { token: admin, body: newSku(more as never) });
    expect([reply.status, reply.body.code]).toEqual([400, 'request_malformed']);
  });

  test('a later price comes into force by itself at its instant, and not before', async () => {
    const { sku_id } = await make({ prices: [usd(100)] });
    const from = at(HOUR);
    const scheduled = await backend.call(setSkuPrice, {
      token: admin,
      params: { sku_id },
      body: { currency: 'USD', per_gpu_hour: usd(200), effective_from: from },
    });
    expect(scheduled).toMatchObject({ status: 'scheduled', effective_from: from });
    expect((await detail(sku_id)).prices).toMatchObject([{ per_gpu_hour: usd(100), next_change_at: from }]);
    clock.set(clock.now() + HOUR - 1);
    expect(await priceFor(sku_id)).toBe('100');
    clock.set(clock.now() + 1);
    expect(await priceFor(sku_id)).toBe('200');
    const after = await detail(sku_id);
    expect(after.prices).toMatchObject([{ per_gpu_hour: usd(200), next_change_at: null }]);
    expect(after.price_history.map(price => [price.per_gpu_hour?.amount, price.status])).toEqual([
      ['200', 'in_force'],
      ['100', 'past'],
    ]);
  });

  test('a price for at once counts also after the clock was set back', async () => {
    const { sku_id } = await make({ prices: [usd(100)] });
    clock.set(clock.now() - HOUR);
    const body = { currency: 'USD', per_gpu_hour: usd(300) } as const;
    await backend.call(setSkuPrice, { token: admin, params: { sku_id }, body });
    expect(await priceFor(sku_id)).toBe('300');
    clock.set(clock.now() + HOUR);
    expect(await priceFor(sku_id)).toBe('300');
  });

  test('without a price it is not sold in that currency, and others go on', async () => {
    const euro = backend.signInAs({ permissions: ['catalog.sku.read'], organizationId: 'org_euro' }).token;
    const { sku_id } = await make({ prices: [usd(100), { ...usd(90), currency: 'EUR' }] });
    expect([await priceFor(sku_id), await priceFor(sku_id, euro)]).toEqual(['100', '90']);
    const body = { currency: 'EUR', per_gpu_hour: null };
    await backend.call(setSkuPrice, { token: admin, params: { sku_id }, body });
    expect([await priceFor(sku_id), await priceFor(sku_id, euro)]).toEqual(['100', null]);
  });

  test('a price is refused in another currency, in the past, and at the instant of another', async () => {
    const { sku_id } = await make({ prices: [usd(100)] });
    const set = (body: object) =>
      backend.refusal(setSkuPrice, { token: admin, params: { sku_id }, body: body as never });
    const price = { currency: 'USD', per_gpu_hour: usd(1) };
    expect((await set({ ...price, currency: 'EUR' })).code).toBe('price_currency_mismatch');
    expect((await set({ ...price, effective_from: at(-1) })).code).toBe('price_begins_in_the_past');
    expect((await set({ ...price, effective_from: '2100-12-31T23:59:60Z' })).code).toBe('price_begins_in_the_past');
    const later = { ...price, effective_from: at(HOUR) };
    await backend.call(setSkuPrice, { token: admin, params: { sku_id }, body: later as never });
    expect(await set(later)).toMatchObject({ status: 409, code: 'price_already_scheduled' });
  });

  test('a price is taken back before it begins and not after', async () => {
    const { sku_id } = await make({ prices: [usd(100)] });
    const body = { currency: 'USD', per_gpu_hour: usd(1), effective_from: at(HOUR) } as const;
    const later = await backend.call(setSkuPrice, { token: admin, params: { sku_id }, body });
    const cancel = (priceId: string) => ({ token: admin, params: { sku_id, price_id: priceId } });
    const other = await make();
    expect(
      (
        await backend.refusal(cancelSkuPrice, {
          token: admin,
          params: { sku_id: other.sku_id, price_id: later.price_id },
        })
      ).status,
    ).toBe(404);
    await backend.call(cancelSkuPrice, cancel(later.price_id));
    clock.set(clock.now() + HOUR);
    expect(await priceFor(sku_id)).toBe('100');
    const [inForce] = (await detail(sku_id)).price_history;
    expect(await backend.refusal(cancelSkuPrice, cancel(inForce?.price_id ?? ''))).toMatchObject({
      status: 409,
      code: 'price_has_begun',
    });
    expect((await audited(sku_id)).map(([action]) => action)).toContain('catalog.price.cancel');
  });

  test('of ten prices at once each begins at an instant of its own, and the last one is in force', async () => {
    const { sku_id } = await make();
    const amounts = Array.from({ length: 10 }, (_, place) => 1_000 + place);
    const set = await Promise.all(
      amounts.map(amount =>
        backend.call(setSkuPrice, {
          token: admin,
          params: { sku_id },
          body: { currency: 'USD', per_gpu_hour: usd(amount) },
        }),
      ),
    );
    expect(new Set(set.map(price => price.effective_from)).size).toBe(10);
    const { price_history: history } = await detail(sku_id);
    expect(history.filter(price => price.status === 'in_force')).toHaveLength(1);
    expect(await priceFor(sku_id)).toBe(history[0]?.per_gpu_hour?.amount);
  });

  test('one for some organizations is not there for others', async () => {
    const theirs = backend.signInAs({ permissions: ['catalog.sku.read'], organizationId: THEIRS }).token;
    const { sku_id } = await make({ organization_ids: [THEIRS, 'org_more'], prices: [usd(1)] });
    expect([await sees(theirs, sku_id), await sees(user, sku_id)]).toEqual([true, false]);
    expect((await backend.refusal(getSku, { token: user, params: { sku_id } })).status).toBe(404);
    expect((await backend.call(getSku, { token: theirs, params: { sku_id } })).sku_id).toBe(sku_id);
    const images = await backend.call(listOsImages, { token: user, query: { sku_id } });
    expect(images.items).toEqual([]);
    const params = { sku_id };
    await backend.call(updateSku, { token: admin, params, body: { organization_ids: null } });
    expect(await sees(user, sku_id)).toBe(true);
  });

  test('a withdrawn one is in no catalogue and keeps its price; it comes back', async () => {
    const { sku_id } = await make({ prices: [usd(7)] });
    const params = { sku_id };
    expect((await backend.call(withdrawSku, { token: admin, params })).offered).toBe(false);
    expect(await sees(user, sku_id)).toBe(false);
    await backend.call(withdrawSku, { token: admin, params });
    await backend.call(offerSku, { token: admin, params });
    expect(await priceFor(sku_id)).toBe('7');
    expect((await audited(sku_id)).map(([action]) => action).slice(2)).toEqual([
      'catalog.sku.withdraw',
      'catalog.sku.offer',
    ]);
  });

  test('a change is told with before and after, and what is absent stays', async () => {
    const { sku_id } = await make();
    const changed = await backend.call(updateSku, {
      token: admin,
      params: { sku_id },
      body: { name: 'Another', regions: ['eu-west'] },
    });
    expect(changed).toMatchObject({ name: 'Another', regions: ['eu-west'], gpu_counts: [1, 2] });
    expect((await audited(sku_id)).at(-1)).toEqual([
      'catalog.sku.update',
      { name: { before: 'H200 pair', after: 'Another' }, regions: { before: null, after: ['eu-west'] } },
    ]);
  });

  test('one of the configuration is taken over by a change of what stands there, and by nothing else', async () => {
    const [first, second, third] = await configured();
    const change = (skuId: string | undefined, body: object) =>
      backend.call(updateSku, { token: admin, params: { sku_id: skuId ?? '' }, body });
    expect(await change(first?.sku_id, { regions: ['basement'], organization_ids: [THEIRS] })).toMatchObject({
      managed_by: 'configuration',
      origin: 'configuration',
    });
    expect(await change(first?.sku_id, { regions: null, organization_ids: null, name: first?.name })).toMatchObject({
      managed_by: 'configuration',
    });
    expect(await change(second?.sku_id, { vcpus_per_gpu: 1 })).toMatchObject({ managed_by: 'administrator' });
    const params = { sku_id: third?.sku_id ?? '' };
    await backend.call(setSkuPrice, { token: admin, params, body: { currency: 'USD', per_gpu_hour: usd(1) } });
    expect(await detail(params.sku_id)).toMatchObject({
      managed_by: 'administrator',
      settings_key: third?.settings_key,
    });
  });

  test('the list is filtered and paged', async () => {
    const { sku_id } = await make({ name: '100% Needle_x', shape: 'baremetal', offered: false });
    const ids = async (query: object) =>
      (await backend.call(listAdminSkus, { token: admin, query })).items.map(item => item.sku_id);
    expect(await ids({ q: '100% needle_' })).toEqual([sku_id]);
    expect(await ids({ q: '%%' })).toEqual([]);
    expect(await ids({ offered: false, shape: 'baremetal' })).toContain(sku_id);
    expect(await ids({ offered: true })).not.toContain(sku_id);
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await backend.call(listAdminSkus, {
        token: admin,
        query: { limit: 3, ...(cursor ? { cursor } : {}) },
      });
      seen.push(...page.items.map(item => item.sku_id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(await ids({ limit: 200 }));
    const page = await backend.call(listAdminSkus, { token: admin, query: { limit: 1 } });
    const cursor = page.next_cursor ?? '';
    expect((await backend.refusal(listAdminSkus, { token: admin, query: { cursor, offered: true } })).code).toBe(
      'cursor_invalid',
    );
  });

  test('regions are those of the fleet', async () => {
    expect((await backend.call(listRegions, { token: user })).items).toEqual([
      { region: 'basement' },
      { region: 'eu-west' },
    ]);
  });

  test('nobody changes the catalogue without the permission', async () => {
    expect(await backend.refusal(createSku, { token: user, body: newSku() })).toMatchObject({
      status: 403,
      code: 'permission_denied',
    });
    expect((await backend.refusal(listAdminSkus, { token: user })).status).toBe(403);
  });
});
