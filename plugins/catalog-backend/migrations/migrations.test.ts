import { eachDatabase } from '@portico/plugin-kit/testing';
import { catalogPort } from '../src/catalog-port';
import { migrations } from './index';

eachDatabase(db => {
  test('what was there before administrators could make entries goes on as it was, with its price', async () => {
    const { database, clock, close } = await db.open();
    try {
      await database.migrate('catalog', migrations.slice(0, 1));
      await database.transaction(async tx => {
        await tx.run(
          `INSERT INTO catalog_skus (sku_id, settings_key, position, name, gpu_model, shape, gpu_counts_json, vcpus_per_gpu, memory_bytes_per_gpu, disk_bytes_per_gpu,
             gpu_fraction_milli, offered) VALUES ('sku_a', 'a', 0, 'A', 'H200', 'gpu_slice', '[1]', 1, 1, 1, 1000, 1)`,
        );
        await tx.run(
          `INSERT INTO catalog_prices (price_id, sku_id, currency, per_gpu_hour_micros, effective_from) VALUES ('price_a', 'sku_a', 'USD', 5, 7)`,
        );
        await tx.run(
          `INSERT INTO catalog_images (image_id, settings_key, position, name, version, description, is_default, offered) VALUES ('img_a', 'i', 0, 'I', '1', '', 1, 1)`,
        );
      });
      await database.migrate('catalog', migrations);
      const of = { skuId: 'sku_a', currency: 'USD', organizationId: 'org_any', now: clock.now() };
      expect(await catalogPort.sku(database.read, of)).toMatchObject({
        pricePerGpuHour: 5n,
        regions: null,
        imageIds: null,
      });
      expect(await catalogPort.image(database.read, 'img_a')).toMatchObject({
        source: null,
        digest: null,
        defaultUser: 'user',
        minDiskBytes: 0,
      });
      expect(await database.read.all('SELECT set_at, set_by, scheduled FROM catalog_prices')).toEqual([
        { set_at: 7, set_by: null, scheduled: 0 },
      ]);
      expect(await database.read.all('SELECT origin, managed_by FROM catalog_skus')).toEqual([
        { origin: 'configuration', managed_by: 'configuration' },
      ]);
    } finally {
      await close();
    }
  });
});
