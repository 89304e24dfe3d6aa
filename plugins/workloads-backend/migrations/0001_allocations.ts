import type { Migration } from '@portico/plugin-kit/backend';

/** Allocations, the log of their transitions, when each was last seen alive, and tickets for terminals. */
export const allocations: Migration = {
  name: '0001_allocations',
  async up(knex) {
    await knex.schema.createTable('workloads_allocations', table => {
      table.text('allocation_id').primary();
      table.text('organization_id').notNullable();
      table.text('department_id').notNullable();
      table.text('project_id').notNullable();
      table.text('user_id').notNullable();
      table.text('name').notNullable();
      // Name and id in lower case: what a search looks in, and what sorting by name compares.
      table.text('search_text').notNullable();
      table.text('sku_id').notNullable();
      table.integer('gpu_count').notNullable();
      table.text('image_id').notNullable();
      table.text('status').notNullable();
      table.integer('version').notNullable();
      table.text('isolation').notNullable();
      table.text('network_mode').notNullable();
      table.text('node_id').notNullable();
      table.text('slots_json').notNullable();
      table.text('machine_json').notNullable();
      // Null: every key of the user.
      table.text('ssh_key_ids_json');
      table.bigInteger('price_per_hour_micros').notNullable();
      table.text('currency').notNullable();
      table.text('failure_reason');
      table.text('release_failed_reason');
      table.bigInteger('billing_started_at');
      table.bigInteger('billing_stopped_at');
      table.bigInteger('created_at').notNullable();
      table.bigInteger('updated_at').notNullable();
      table.text('task_id').notNullable();
      table.index(['organization_id', 'created_at', 'allocation_id']);
      table.index(['organization_id', 'search_text', 'allocation_id']);
      table.index(['organization_id', 'status', 'created_at', 'allocation_id'], 'workloads_allocations_org_status');
      table.index(['created_at', 'allocation_id']);
      table.index(['status', 'created_at', 'allocation_id']);
      table.index(['user_id', 'created_at', 'allocation_id']);
      table.index(['node_id', 'created_at', 'allocation_id']);
    });

    await knex.schema.createTable('workloads_transitions', table => {
      table.text('allocation_id').notNullable();
      table.integer('version').notNullable();
      table.text('from_status');
      table.text('to_status').notNullable();
      table.bigInteger('at').notNullable();
      table.text('reason');
      table.text('actor_json').notNullable();
      table.primary(['allocation_id', 'version']);
    });

    // Apart from the allocation, so that a sign of life is no new version of it.
    await knex.schema.createTable('workloads_liveness', table => {
      table.text('allocation_id').primary();
      table.bigInteger('last_alive_at').notNullable();
      table.bigInteger('next_observation_at').notNullable();
      table.index(['next_observation_at']);
    });

    await knex.schema.createTable('workloads_terminal_tokens', table => {
      table.text('fingerprint').primary();
      table.text('allocation_id').notNullable();
      table.text('organization_id').notNullable();
      table.text('project_id').notNullable();
      table.text('user_id').notNullable();
      table.text('session_id');
      table.bigInteger('expires_at').notNullable();
      table.index(['allocation_id']);
      table.index(['expires_at']);
    });
  },
};
