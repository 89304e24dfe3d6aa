import type { Migration } from '@portico/plugin-kit/backend';

export const nodesAndSlots: Migration = {
  name: '0001_nodes_and_slots',
  async up(knex) {
    await knex.schema.createTable('fleet_nodes', table => {
      table.string('node_id').primary();
      table.string('name').notNullable().unique();
      // The fleet's fixed order: placement's ties go to the lowest, lists show the highest first.
      table.integer('ordinal').notNullable().unique();
      table.string('runtime').notNullable();
      table.integer('simulated').notNullable();
      table.string('status').notNullable();
      table.bigInteger('status_changed_at').notNullable();
      // 0 once the configuration no longer lists the node while something still runs there.
      table.integer('configured').notNullable();
      table.string('isolation');
      table.text('isolation_detail');
      table.integer('cpu_count');
      table.bigInteger('memory_bytes');
      table.bigInteger('disk_bytes_free');
      table.bigInteger('last_seen_at');
      table.bigInteger('created_at').notNullable();
    });
    await knex.schema.createTable('fleet_slots', table => {
      table.string('slot_id').primary();
      table.string('node_id').notNullable().references('node_id').inTable('fleet_nodes');
      table.string('gpu_model').notNullable();
      table.integer('gpu_index').notNullable();
      table.string('gpu_uuid').notNullable();
      table.bigInteger('gpu_memory_bytes').notNullable();
      table.integer('numa_node').notNullable();
      table.integer('simulated').notNullable();
      table.integer('fraction_milli').notNullable();
      table.integer('part').notNullable().defaultTo(0);
      table.string('vf');
      table.string('nvme');
      table.string('status').notNullable();
      table.string('allocation_id');
      table.string('organization_id');
      table.bigInteger('held_at');
      // 1 once the configuration no longer lists the GPU while an allocation still holds it.
      table.integer('withdrawn').notNullable();
      table.unique(['node_id', 'gpu_uuid', 'part']);
      table.index(['gpu_model', 'withdrawn', 'node_id']);
      table.index(['node_id', 'gpu_index', 'slot_id']);
      table.index(['allocation_id']);
    });
    // One row per model: what parallel placements of that model queue up at.
    await knex.schema.createTable('fleet_models', table => {
      table.string('gpu_model').primary();
    });
    await knex.schema.createTable('fleet_leases', table => {
      table.string('name').primary();
      table.string('holder').notNullable();
      table.bigInteger('expires_at').notNullable();
    });
  },
};
