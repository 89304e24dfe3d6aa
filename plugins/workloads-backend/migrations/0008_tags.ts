import type { Migration } from '@portico/plugin-kit/backend';

/** Tags of allocations, in a table of their own for lists that are narrowed to one. And by node and end of billing: whom an outage of a node concerned. */
export const tags: Migration = {
  name: '0008_tags',
  async up(knex) {
    await knex.schema.alterTable('workloads_allocations', table => {
      table.text('tags_json').notNullable().defaultTo('{}');
      table.index(['node_id', 'billing_stopped_at'], 'workloads_allocations_node_billing');
    });
    await knex.schema.createTable('workloads_allocation_tags', table => {
      table.text('allocation_id').notNullable();
      table.text('organization_id').notNullable();
      table.text('tag_key').notNullable();
      table.text('tag_value').notNullable();
      table.primary(['allocation_id', 'tag_key']);
      table.index(['organization_id', 'tag_key', 'tag_value', 'allocation_id'], 'workloads_allocation_tags_value');
    });
  },
};
