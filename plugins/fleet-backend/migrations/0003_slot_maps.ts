import type { Migration } from '@portico/plugin-kit/backend';

export const slotMaps: Migration = {
  name: '0003_slot_maps',
  async up(knex) {
    await knex.schema.createTable('fleet_slot_maps', table => {
      table.string('slot_map_id').primary();
      table.string('node_id').notNullable();
      table.string('discovery_id').notNullable();
      table.string('status').notNullable();
      table.integer('version').notNullable();
      table.integer('slot_count').notNullable();
      table.text('slots_json').notNullable();
      table.text('topology_json').notNullable();
      table.string('host_fingerprint').notNullable();
      table.bigInteger('created_at').notNullable();
      table.string('created_by').notNullable();
      table.bigInteger('expires_at').notNullable();
      table.bigInteger('approved_at');
      table.string('approved_by');
      table.bigInteger('superseded_at');
      table.index(['node_id', 'created_at', 'slot_map_id']);
    });
    await knex.schema.alterTable('fleet_slots', table => {
      // Null on slots of the configuration, which no map describes.
      table.string('slot_map_id');
      table.string('label');
      table.string('gpu_pci');
      table.string('nvme_serial');
      table.integer('parts').notNullable().defaultTo(1);
      // On a blocked slot why it is; on a held one why it will be as soon as it is given back.
      table.string('blocked_kind');
      table.text('blocked_reason');
      table.bigInteger('blocked_at');
    });
  },
};
