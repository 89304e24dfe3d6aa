import type { Migration } from '@portico/plugin-kit/backend';

/** Keys for programs. A key keeps its id and has one secret after another; that of a generation before is good until its end. */
export const apiKeyTables: Migration = {
  name: '0002_api_keys',
  async up(knex) {
    await knex.schema.createTable('access_api_keys', table => {
      table.text('key_id').primary();
      table.text('user_id').notNullable();
      table.text('organization_id').notNullable();
      /** The one project it is for; null for all of the organization. */
      table.text('project_id');
      table.text('name').notNullable();
      /** How the present secret begins. */
      table.text('prefix').notNullable();
      /** Names of permissions, a JSON list. */
      table.text('scopes_json').notNullable();
      table.text('created_by_key_id');
      table.integer('generation').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('expires_at');
      table.bigInteger('last_used_at');
      table.bigInteger('rotated_at');
      table.bigInteger('revoked_at');
      table.index(['user_id', 'organization_id', 'created_at', 'key_id']);
    });
    await knex.schema.createTable('access_api_key_secrets', table => {
      table.text('key_id').notNullable();
      table.integer('generation').notNullable();
      table.text('secret_hash').notNullable().unique();
      /** Null of the present one. */
      table.bigInteger('ends_at');
      table.primary(['key_id', 'generation']);
    });
  },
};
