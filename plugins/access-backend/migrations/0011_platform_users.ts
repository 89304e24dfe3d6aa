import type { Migration } from '@portico/plugin-kit/backend';

/** Users are kept out for a reason people can read, and support sessions are a history. */
export const platformUserTables: Migration = {
  name: '0011_platform_users',
  async up(knex) {
    await knex.schema.alterTable('access_users', table => {
      table.bigInteger('disabled_at');
      table.text('disabled_reason');
    });
    await knex.schema.alterTable('access_support_sessions', table => {
      table.index(['created_at', 'support_session_id']);
      table.index(['user_id']);
    });
    await knex.schema.alterTable('access_organizations', table => {
      table.index(['created_at', 'organization_id']);
    });
  },
};
