import type { Migration } from '@portico/plugin-kit/backend';

/** How far what a payment provider told has been read through for messages that were lost. */
export const eventCatchUp: Migration = {
  name: '0012_event_catch_up',
  async up(knex) {
    await knex.schema.createTable('billing_event_catch_ups', table => {
      table.text('provider').primary();
      // Everything told before is known here.
      table.bigInteger('told_until').notNullable();
      // Not before; also the lease of the replica that reads.
      table.bigInteger('next_at').notNullable();
    });
  },
};
