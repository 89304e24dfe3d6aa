import type { Migration } from '@portico/plugin-kit/backend';

export const skusAndImages: Migration = {
  name: '0001_skus_and_images',
  async up(knex) {
    await knex.schema.createTable('catalog_skus', table => {
      table.string('sku_id').primary();
      table.string('settings_key').notNullable().unique();
      table.integer('position').notNullable();
      table.string('name').notNullable();
      table.string('gpu_model').notNullable();
      table.string('shape').notNullable();
      table.text('gpu_counts_json').notNullable();
      table.integer('vcpus_per_gpu').notNullable();
      table.bigInteger('memory_bytes_per_gpu').notNullable();
      table.bigInteger('disk_bytes_per_gpu').notNullable();
      table.integer('gpu_fraction_milli').notNullable();
      // 0 once the configuration no longer lists it; running allocations still name it.
      table.integer('offered').notNullable();
      table.index(['offered', 'position']);
    });
    await knex.schema.createTable('catalog_prices', table => {
      table.string('price_id').primary();
      table.string('sku_id').notNullable().references('sku_id').inTable('catalog_skus');
      table.string('currency').notNullable();
      // Null from then on means: no price in that currency any more.
      table.bigInteger('per_gpu_hour_micros');
      table.bigInteger('effective_from').notNullable();
      table.unique(['sku_id', 'currency', 'effective_from']);
    });
    await knex.schema.createTable('catalog_images', table => {
      table.string('image_id').primary();
      table.string('settings_key').notNullable().unique();
      table.integer('position').notNullable();
      table.string('name').notNullable();
      table.string('version').notNullable();
      table.text('description').notNullable();
      table.integer('is_default').notNullable();
      table.integer('offered').notNullable();
      table.index(['offered', 'position']);
    });
  },
};
