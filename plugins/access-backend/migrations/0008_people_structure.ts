import type { Migration } from '@portico/plugin-kit/backend';

/** How people come to an organization, and the departments its projects are grouped by. */
export const peopleStructure: Migration = {
  name: '0008_people_structure',
  async up(knex) {
    await knex.schema.alterTable('access_memberships', table => {
      /** How the membership began, where no identity provider keeps it. Until now everybody was alone in what they had founded. */
      table.text('source').notNullable().defaultTo('founder');
      table.index(['organization_id', 'created_at', 'user_id']);
    });
    await knex.schema.alterTable('access_departments', table => {
      table.bigInteger('deleted_at');
      /** The name folded, for telling names apart without regard to case. */
      table.text('name_key').notNullable().defaultTo('');
    });
    // Until now every organization had the one department made with it.
    await knex('access_departments').update({ name_key: knex.raw('lower(name)') });
    await knex.raw(
      'CREATE UNIQUE INDEX access_departments_name ON access_departments (organization_id, name_key) WHERE deleted_at IS NULL',
    );
    await knex.schema.alterTable('access_projects', table => {
      table.index(['department_id']);
    });
    await knex.schema.createTable('access_invitations', table => {
      table.text('invitation_id').primary();
      table.text('organization_id').notNullable();
      table.text('role').notNullable();
      table.text('project_id');
      table.text('project_role');
      /** The one address it is for; null: whoever has the link. */
      table.text('email');
      /** Of the link its maker was shown. */
      table.text('token_hash').notNullable().unique();
      /** Of the link that went out by mail and proves the address by itself; null without one. */
      table.text('mail_token_hash').unique();
      /** How long a link is good for. */
      table.integer('days').notNullable();
      table.text('invited_by').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('sent_at');
      /** How often it was sent by mail. */
      table.integer('mails').notNullable();
      table.bigInteger('expires_at').notNullable();
      table.bigInteger('accepted_at');
      table.text('accepted_by');
      table.bigInteger('revoked_at');
      table.index(['organization_id', 'created_at', 'invitation_id']);
    });
    await knex.raw('CREATE INDEX access_invitations_email ON access_invitations (lower(email), sent_at)');
  },
};
