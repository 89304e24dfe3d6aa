import type { Migration } from '@portico/plugin-kit/backend';

/** Allocations of one request, and the ports an allocation publishes. What was launched before was launched alone and publishes nothing. */
export const batches: Migration = {
  name: '0005_batches',
  async up(knex) {
    await knex.schema.createTable('workloads_batches', table => {
      table.text('batch_id').primary();
      table.text('organization_id').notNullable();
      table.text('project_id').notNullable();
      table.text('user_id').notNullable();
      table.text('name').notNullable();
      table.integer('member_count').notNullable();
      table.integer('spread').notNullable();
      table.text('task_id').notNullable();
      table.bigInteger('created_at').notNullable();
    });
    await knex.schema.alterTable('workloads_allocations', table => {
      table.text('batch_id');
      table.text('published_ports_json').notNullable().defaultTo('[]');
      table.index(['batch_id', 'allocation_id']);
    });
  },
};
