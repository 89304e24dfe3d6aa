import type { Migration } from '@portico/plugin-kit/backend';

/** What people have set. The second factor an organization demands of its members stays where sign-in reads it, in the organization's row. */
export const policyTables: Migration = {
  name: '0009_policies',
  async up(knex) {
    await knex.schema.createTable('access_policies', table => {
      table.text('level').notNullable();
      /** Whose it is; empty for the platform and its plans. A user's is of one organization: they may belong to several. */
      table.text('organization_id').notNullable();
      /** User, project, organization or plan; empty for the platform. */
      table.text('subject_id').notNullable();
      table.text('name').notNullable();
      table.text('value_json').notNullable();
      table.text('set_by').notNullable();
      table.bigInteger('set_at').notNullable();
      table.primary(['level', 'organization_id', 'subject_id', 'name']);
    });
    await knex.schema.alterTable('access_organizations', table => {
      table.index(['plan'], 'access_organizations_plan');
    });
  },
};
