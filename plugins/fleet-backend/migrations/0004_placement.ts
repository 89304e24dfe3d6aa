import type { Migration } from '@portico/plugin-kit/backend';

export const placement: Migration = {
  name: '0004_placement',
  async up(knex) {
    // What an allocation takes of its node beside slots, and what it asked for. Allocations of before have none: they count as taking nothing.
    await knex.schema.createTable('fleet_holds', table => {
      table.string('allocation_id').primary();
      table.string('node_id').notNullable();
      table.string('gpu_model').notNullable();
      table.string('shape').notNullable();
      table.integer('gpu_count').notNullable();
      table.integer('gpu_fraction_milli').notNullable();
      table.integer('vcpus').notNullable();
      table.bigInteger('memory_bytes').notNullable();
      table.text('regions_json');
      table.index(['node_id']);
      table.index(['gpu_model']);
    });
    // Which nodes have so many free slots of a kind, without reading those that are taken.
    await knex.raw(
      `CREATE INDEX fleet_slots_free ON fleet_slots (gpu_model, fraction_milli, node_id) WHERE status = 'free' AND withdrawn = 0`,
    );
  },
};
