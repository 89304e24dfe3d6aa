import type { Migration } from '@portico/plugin-kit/backend';

/** Several people in one organization, each with a role there and roles in single projects; what it asks of their sign-in; support that looks in. */
export const peopleTables: Migration = {
  name: '0004_people',
  async up(knex) {
    await knex('access_memberships').where({ role: 'organization_owner' }).update({ role: 'owner' });
    await knex.schema.alterTable('access_users', table => {
      table.text('kind').notNullable().defaultTo('person');
      table.bigInteger('email_verified_at');
    });
    await knex.schema.alterTable('access_organizations', table => {
      /** What people type to find their organization's way to sign in; in lower case. */
      table.text('slug').unique();
      /** The identity provider members must come through; null: any way. */
      table.text('required_provider');
      table.integer('requires_second_factor').notNullable().defaultTo(0);
      /** Departments are shown with the second one, or when this is 1. */
      table.integer('shows_departments').notNullable().defaultTo(0);
      /** Null: the standard plan. */
      table.text('plan');
    });
    await knex.schema.alterTable('access_sessions', table => {
      /** The identity provider it was opened through; null: the portal's own form. */
      table.text('provider');
      table.bigInteger('second_factor_at');
      /** When the person last proved who they are: at sign-in, and when asked again. */
      table.bigInteger('authenticated_at');
    });
    await knex('access_sessions').update({ authenticated_at: knex.ref('created_at') });
    await knex.schema.createTable('access_project_members', table => {
      table.text('project_id').notNullable();
      table.text('user_id').notNullable().index();
      table.text('role').notNullable();
      table.bigInteger('created_at').notNullable();
      table.primary(['project_id', 'user_id']);
    });
    await knex.schema.createTable('access_support_sessions', table => {
      table.text('support_session_id').primary();
      /** The sign-in session it belongs to and ends with. */
      table.text('session_id').notNullable();
      table.text('user_id').notNullable();
      table.text('organization_id').notNullable().index();
      table.text('reason').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('expires_at').notNullable();
      table.bigInteger('ended_at');
      table.index(['session_id', 'organization_id']);
    });
  },
};
