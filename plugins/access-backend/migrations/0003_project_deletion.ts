import type { Migration } from '@portico/plugin-kit/backend';

/** Projects can be made and deleted: their names are unique among those that are there, and a deleted one keeps its row for the books. */
export const projectDeletion: Migration = {
  name: '0003_project_deletion',
  async up(knex) {
    await knex.schema.alterTable('access_projects', table => {
      table.bigInteger('deleted_at');
      /** The name folded, for telling names apart without regard to case. */
      table.text('name_key').notNullable().defaultTo('');
    });
    // Until now every organization had the one project made with it.
    await knex('access_projects').update({ name_key: knex.raw('lower(name)') });
    await knex.raw(
      'CREATE UNIQUE INDEX access_projects_name ON access_projects (organization_id, name_key) WHERE deleted_at IS NULL',
    );
    await knex.schema.alterTable('access_users', table => {
      table.index(['default_project_id']);
    });
  },
};
