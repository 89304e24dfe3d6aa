import type { Migration } from '@portico/plugin-kit/backend';

/** Entries that administrators make, beside those of the configuration; who may see them, where they are sold and with which images; prices that begin later. */
export const administration: Migration = {
  name: '0002_administration',
  async up(knex) {
    const now = Date.now();
    for (const table of ['catalog_skus', 'catalog_images']) {
      await knex.schema.alterTable(table, columns => {
        // 'configuration' or 'administrator'. Entries of administrators carry their own id as settings_key, which no key of a configuration can be.
        columns.string('origin').notNullable().defaultTo('configuration');
        columns.string('managed_by').notNullable().defaultTo('configuration');
        columns.bigInteger('created_at').notNullable().defaultTo(now);
        columns.bigInteger('updated_at').notNullable().defaultTo(now);
        columns.index(['created_at']);
      });
    }
    await knex.schema.alterTable('catalog_skus', table => {
      // 0: those of catalog_sku_organizations only.
      table.integer('for_everyone').notNullable().defaultTo(1);
      // Null: any.
      table.text('regions_json');
      table.text('image_ids_json');
    });
    await knex.schema.createTable('catalog_sku_organizations', table => {
      table.string('sku_id').notNullable().references('sku_id').inTable('catalog_skus');
      table.string('organization_id').notNullable();
      table.primary(['sku_id', 'organization_id']);
    });
    await knex.schema.alterTable('catalog_prices', table => {
      // 1: begins when the clock says so. 0: was set for at once, and counts whatever the clock says.
      table.integer('scheduled').notNullable().defaultTo(0);
      // Null: the configuration.
      table.string('set_by');
      table.bigInteger('set_at').notNullable().defaultTo(0);
    });
    await knex('catalog_prices').update({ set_at: knex.ref('effective_from') });
    await knex.schema.alterTable('catalog_images', table => {
      table.string('source');
      table.string('digest');
      table.string('default_user').notNullable().defaultTo('user');
      table.bigInteger('min_disk_bytes').notNullable().defaultTo(0);
      // 1: an administrator made it the default, and the configuration decides that no longer.
      table.integer('default_chosen').notNullable().defaultTo(0);
    });
    await knex.raw(
      'CREATE UNIQUE INDEX catalog_images_one_default ON catalog_images (is_default) WHERE is_default = 1',
    );
  },
};
