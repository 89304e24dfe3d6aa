import type { Migration } from '@portico/plugin-kit/backend';

/** Host keys of the SSH gateway, and which shell belongs to whom. */
export const gateways: Migration = {
  name: '0003_gateways',
  async up(knex) {
    await knex.schema.createTable('workloads_ssh_host_keys', table => {
      table.text('key_type').primary();
      table.text('private_key_encrypted').notNullable();
      table.bigInteger('created_at').notNullable();
    });
    await knex.schema.createTable('workloads_terminal_sessions', table => {
      table.text('session_id').primary();
      table.text('allocation_id').notNullable();
      table.text('user_id').notNullable();
      table.bigInteger('started_at').notNullable();
      table.bigInteger('ended_at');
      table.index(['allocation_id', 'user_id', 'ended_at'], 'workloads_terminal_sessions_open');
    });
  },
};
