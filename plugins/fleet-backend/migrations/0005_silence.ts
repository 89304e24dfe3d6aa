import type { Migration } from '@portico/plugin-kit/backend';

/** Since when a node does not answer: by its last answer where that was just before, null while it does. */
export const silence: Migration = {
  name: '0005_silence',
  async up(knex) {
    await knex.schema.alterTable('fleet_nodes', table => {
      table.bigInteger('silent_since_at');
    });
  },
};
