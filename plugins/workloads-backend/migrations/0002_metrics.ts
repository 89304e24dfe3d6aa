import type { Migration } from '@portico/plugin-kit/backend';

/** Measurements on PostgreSQL. With SQLite they live in a file of their own, and this table stays empty. */
export const metrics: Migration = {
  name: '0002_metrics',
  async up(knex) {
    await knex.schema.createTable('workloads_metrics', table => {
      table.text('allocation_id').notNullable();
      table.integer('resolution_seconds').notNullable();
      table.bigInteger('bucket_at').notNullable();
      table.integer('samples').notNullable();
      table.text('measurement_json').notNullable();
      table.primary(['allocation_id', 'resolution_seconds', 'bucket_at']);
      table.index(['resolution_seconds', 'bucket_at'], 'workloads_metrics_age');
    });
  },
};
