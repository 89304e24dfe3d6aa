import type { Audit } from '@portico/plugin-kit/backend';
import { eachDatabase } from '@portico/plugin-kit/testing';
import type { OpenTestDatabase } from '@portico/plugin-kit/testing';
import { migrations } from '../../migrations';
import { catalogPort } from '../catalog-port';
import { offeredImages } from '../store/images';
import { offeredSkus } from '../store/skus';
import { seedCatalog } from './seed-catalog';
import type { CatalogConfiguration } from './seed-catalog';

const sku = (key: string, prices: Record<string, string>): CatalogConfiguration['skus'][number] => ({
  key,
  name: `SKU ${key}`,
  gpuModel: 'H200',
  shape: 'gpu_slice',
  gpuCounts: [4, 1, 2],
  vcpusPerGpu: 16,
  memoryBytesPerGpu: 2 ** 37,
  diskBytesPerGpu: 2 ** 39,
  gpuFractionMilli: 1000,
  pricesPerGpuHour: prices,
});
const image = (key: string): CatalogConfiguration['images'][number] => ({
  key,
  name: `Image ${key}`,
  version: '1',
  description: 'An image.',
  defaultUser: 'user',
  minDiskBytes: 0,
});
const image1 = [image('one')];

eachDatabase(db => {
  let opened: OpenTestDatabase;
  const audited: string[] = [];
  const audit: Audit = {
    record: async (_tx, entry) =>
      void audited.push(
        `${String(entry.after?.['sku'])} ${String(entry.after?.['currency'])} ${String(entry.after?.['per_gpu_hour_micros'])}`,
      ),
  };
  const seed = (configuration: CatalogConfiguration) =>
    seedCatalog({ database: opened.database, audit }, configuration);
  const onlooker = (currency: string) => ({ currency, organizationId: 'org_any', now: opened.clock.now() });
  const listedIn = (currency: string) => offeredSkus(opened.database.read, onlooker(currency));
  const skuInPort = (skuId: string, currency: string) =>
    catalogPort.sku(opened.database.read, { skuId, ...onlooker(currency) });
  const prices = async (currency: string) =>
    (await listedIn(currency)).map(listed => [listed.name, listed.pricePerGpuHour]);

  beforeEach(async () => {
    audited.length = 0;
    opened = await db.open();
    await opened.database.migrate('catalog', migrations);
  });
  afterEach(() => opened.close());

  test('the catalogue is what the configuration lists, in its order, with GPU counts ascending', async () => {
    await seed({
      skus: [sku('b', { USD: '3.39', EUR: '3.15' }), sku('a', { USD: '1' })],
      images: [image('one'), image('two')],
    });
    expect(await prices('USD')).toEqual([
      ['SKU b', 3_390_000n],
      ['SKU a', 1_000_000n],
    ]);
    expect(await prices('EUR')).toEqual([
      ['SKU b', 3_150_000n],
      ['SKU a', null],
    ]);
    const [first] = await listedIn('USD');
    expect(first?.gpuCounts).toEqual([1, 2, 4]);
    expect((await offeredImages(opened.database.read)).map(row => [row.name, row.isDefault])).toEqual([
      ['Image one', true],
      ['Image two', false],
    ]);
    expect(await skuInPort(first?.skuId ?? '', 'EUR')).toMatchObject({
      pricePerGpuHour: 3_150_000n,
      diskBytesPerGpu: 2 ** 39,
    });
  });

  test('a second start changes nothing and says nothing', async () => {
    await seed({ skus: [sku('a', { USD: '3.39' })], images: image1 });
    const before = await listedIn('USD');
    await seed({ skus: [sku('a', { USD: '3.390' })], images: image1 });
    expect(await listedIn('USD')).toEqual(before);
    expect(audited).toEqual(['a USD 3390000']);
  });

  test('several starts at once make one catalogue', async () => {
    await Promise.all(
      Array.from({ length: 5 }, () => seed({ skus: [sku('a', { USD: '1' }), sku('b', { USD: '2' })], images: image1 })),
    );
    expect(await prices('USD')).toEqual([
      ['SKU a', 1_000_000n],
      ['SKU b', 2_000_000n],
    ]);
    expect(await opened.database.read.all('SELECT * FROM catalog_prices')).toHaveLength(2);
  });

  test('a changed price is a new row that counts at once, even when the clock was set back; the old one stays on record', async () => {
    await seed({ skus: [sku('a', { USD: '3.39' })], images: image1 });
    opened.clock.set(opened.clock.now() - 3_600_000);
    await seed({ skus: [sku('a', { USD: '2.99' })], images: image1 });
    expect(await prices('USD')).toEqual([['SKU a', 2_990_000n]]);
    const rows = await opened.database.read.all<{ price_micros: bigint }>(
      'SELECT per_gpu_hour_micros AS price_micros FROM catalog_prices ORDER BY effective_from',
    );
    expect(rows.map(row => row.price_micros)).toEqual([3_390_000n, 2_990_000n]);
    expect(audited).toEqual(['a USD 3390000', 'a USD 2990000']);
  });

  test('a currency that is dropped has no price any more, and gets one again', async () => {
    await seed({ skus: [sku('a', { USD: '1', EUR: '1' })], images: image1 });
    await seed({ skus: [sku('a', { USD: '1' })], images: image1 });
    expect(await prices('EUR')).toEqual([['SKU a', null]]);
    await seed({ skus: [sku('a', { USD: '1', EUR: '1' })], images: image1 });
    expect(await prices('EUR')).toEqual([['SKU a', 1_000_000n]]);
  });

  test('what is not listed any more is not offered; it comes back under the same id', async () => {
    await seed({ skus: [sku('a', { USD: '1' }), sku('b', { USD: '2' })], images: [image('one'), image('two')] });
    const [a] = await listedIn('USD');
    const [one] = await offeredImages(opened.database.read);
    await seed({ skus: [sku('b', { USD: '2' })], images: [image('two')] });
    expect(await prices('USD')).toEqual([['SKU b', 2_000_000n]]);
    expect(await skuInPort(a?.skuId ?? '', 'USD')).toBeUndefined();
    expect(await catalogPort.image(opened.database.read, one?.imageId ?? '')).toBeUndefined();
    await seed({ skus: [], images: [image('one')] });
    expect(await prices('USD')).toEqual([]);
    await seed({ skus: [sku('a', { USD: '1' })], images: [image('one')] });
    expect((await listedIn('USD')).map(listed => listed.skuId)).toEqual([a?.skuId]);
    expect(await catalogPort.image(opened.database.read, one?.imageId ?? '')).toEqual({
      imageId: one?.imageId,
      name: 'Image one',
      version: '1',
      source: null,
      digest: null,
      defaultUser: 'user',
      minDiskBytes: 0,
    });
  });

  test('what an administrator has taken over is left alone: its price, its offer and which image is the default', async () => {
    const images = [image('one'), image('two')];
    await seed({ skus: [sku('a', { USD: '1' }), sku('b', { USD: '2' })], images });
    const said = (sql: string) => opened.database.transaction(tx => tx.run(sql));
    await said(`UPDATE catalog_skus SET managed_by = 'administrator', name = 'Mine' WHERE settings_key = 'a'`);
    await said(`UPDATE catalog_images SET is_default = 0`);
    await said(
      `UPDATE catalog_images SET is_default = 1, default_chosen = 1, managed_by = 'administrator' WHERE settings_key = 'two'`,
    );
    await seed({ skus: [sku('a', { USD: '9' }), sku('b', { USD: '3' })], images });
    expect(await prices('USD')).toEqual([
      ['Mine', 1_000_000n],
      ['SKU b', 3_000_000n],
    ]);
    await seed({ skus: [], images: [image('one')] });
    expect(await prices('USD')).toEqual([['Mine', 1_000_000n]]);
    const offered = await offeredImages(opened.database.read);
    expect(offered.map(one => [one.name, one.isDefault])).toEqual([
      ['Image one', false],
      ['Image two', true],
    ]);
  });

  test('there is always a default, also when the first of the configuration was withdrawn', async () => {
    await seed({ skus: [], images: [image('one'), image('two')] });
    await opened.database.transaction(tx =>
      tx.run(
        `UPDATE catalog_images SET managed_by = 'administrator', offered = 0, is_default = 0 WHERE settings_key = 'one'`,
      ),
    );
    await seed({ skus: [], images: [image('one'), image('two')] });
    expect((await offeredImages(opened.database.read)).map(one => [one.name, one.isDefault])).toEqual([
      ['Image two', true],
    ]);
  });

  test('an image of a registry without its digest stops the start with its key', async () => {
    const unpinned = { ...image('one'), source: 'registry.example/cuda' };
    await expect(seed({ skus: [], images: [unpinned] })).rejects.toThrow('catalog.images: one: image_digest_required');
  });

  test('a key that is listed twice stops the start with a sentence that names it', async () => {
    await expect(seed({ skus: [sku('a', {}), sku('a', {})], images: image1 })).rejects.toThrow(
      'catalog.skus lists a twice',
    );
  });
});
