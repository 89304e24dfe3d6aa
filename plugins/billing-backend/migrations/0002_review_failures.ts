import type { Migration } from '@portico/plugin-kit/backend';

/** How often in a row the review of a customer failed, so that replicas and restarts count together and a person is told. */
export const reviewFailures: Migration = {
  name: '0002_review_failures',
  async up(knex) {
    await knex.schema.alterTable('billing_customers', table => {
      table.integer('review_failures').notNullable().defaultTo(0);
    });
  },
};
