import type { Migration } from '@portico/plugin-kit/backend';

/** What a user that is a program's has beside a user's row; and the short tokens its keys are exchanged for. */
export const serviceAccountTables: Migration = {
  name: '0010_service_accounts',
  async up(knex) {
    await knex.schema.createTable('access_service_accounts', table => {
      /** A user id. */
      table.text('service_account_id').primary();
      table.text('organization_id').notNullable();
      table.text('project_id').notNullable();
      table.text('name').notNullable();
      /** The name folded, for telling names apart without regard to case. */
      table.text('name_key').notNullable();
      table.text('created_by');
      table.bigInteger('created_at').notNullable();
      table.bigInteger('removed_at');
      table.index(['organization_id', 'created_at', 'service_account_id']);
    });
    await knex.raw(
      'CREATE UNIQUE INDEX access_service_accounts_name ON access_service_accounts (project_id, name_key) WHERE removed_at IS NULL',
    );
    await knex.schema.alterTable('access_api_keys', table => {
      table.index(['organization_id', 'created_at', 'key_id']);
    });
    await knex.schema.createTable('access_client_tokens', table => {
      table.text('token_hash').primary();
      table.text('key_id').notNullable();
      table.integer('generation').notNullable();
      table.bigInteger('expires_at').notNullable();
      table.index(['key_id', 'expires_at']);
    });
  },
};
