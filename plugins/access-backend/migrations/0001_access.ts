import type { Migration } from '@portico/plugin-kit/backend';

/**
 * Who there is and what they belong to. A user has one personal organization, made with them; membership and roles are rows of their own, so
 * that a user can later be a member of several.
 */
export const accessTables: Migration = {
  name: '0001_access',
  async up(knex) {
    await knex.schema.createTable('access_users', table => {
      table.text('user_id').primary();
      table.text('username').notNullable().unique();
      table.text('display_name').notNullable();
      table.text('email');
      /** Names and address folded for search. */
      table.text('search_text').notNullable();
      table.text('status').notNullable();
      table.text('organization_id').notNullable();
      table.text('default_project_id').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('last_seen_at');
      table.index(['created_at', 'user_id']);
      table.index(['last_seen_at']);
    });
    await knex.schema.createTable('access_credentials', table => {
      table.text('user_id').notNullable();
      table.text('kind').notNullable();
      /** PHC string: algorithm, parameters, salt and hash. */
      table.text('hash').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('updated_at').notNullable();
      table.primary(['user_id', 'kind']);
    });
    await knex.schema.createTable('access_sessions', table => {
      table.text('session_id').primary();
      table.text('user_id').notNullable().index();
      table.text('kind').notNullable();
      table.text('handle_hash').notNullable().unique();
      /** Of a session by cookie these are of the cookie, and there is no refresh token. */
      table.text('access_hash').notNullable();
      table.bigInteger('access_expires_at').notNullable();
      table.text('previous_access_hash');
      table.bigInteger('previous_access_expires_at');
      table.text('refresh_hash');
      table.bigInteger('refresh_expires_at');
      table.bigInteger('rotated_at').notNullable();
      table.text('device');
      table.text('address').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('last_used_at').notNullable();
      table.bigInteger('ended_at');
      table.text('end_reason');
    });
    await knex.schema.createTable('access_organizations', table => {
      table.text('organization_id').primary();
      table.text('name').notNullable();
      table.bigInteger('created_at').notNullable();
    });
    await knex.schema.createTable('access_departments', table => {
      table.text('department_id').primary();
      table.text('organization_id').notNullable().index();
      table.text('name').notNullable();
      table.integer('is_default').notNullable();
      table.bigInteger('created_at').notNullable();
    });
    await knex.schema.createTable('access_projects', table => {
      table.text('project_id').primary();
      table.text('organization_id').notNullable();
      table.text('department_id').notNullable();
      table.text('name').notNullable();
      table.bigInteger('created_at').notNullable();
      table.index(['organization_id', 'created_at', 'project_id']);
    });
    await knex.schema.createTable('access_memberships', table => {
      table.text('user_id').notNullable();
      table.text('organization_id').notNullable().index();
      table.text('role').notNullable();
      table.bigInteger('created_at').notNullable();
      table.primary(['user_id', 'organization_id']);
    });
    await knex.schema.createTable('access_platform_roles', table => {
      table.text('user_id').notNullable();
      table.text('role').notNullable().index();
      table.bigInteger('created_at').notNullable();
      table.primary(['user_id', 'role']);
    });
    await knex.schema.createTable('access_ssh_keys', table => {
      table.text('key_id').primary();
      table.text('user_id').notNullable();
      table.text('name').notNullable();
      table.text('key_type').notNullable();
      table.text('public_key').notNullable();
      table.text('fingerprint').notNullable();
      table.bigInteger('created_at').notNullable();
      table.unique(['user_id', 'fingerprint']);
      table.index(['user_id', 'created_at', 'key_id']);
    });
  },
};
