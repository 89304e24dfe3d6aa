import type { Migration } from '@portico/plugin-kit/backend';

/** One's own account: addresses that were confirmed, links sent by mail, and sign-ins that failed. */
export const accountTables: Migration = {
  name: '0006_account',
  async up(knex) {
    await knex.schema.alterTable('access_users', table => {
      /** Replaces `email` once the link sent to it was opened. */
      table.text('pending_email');
    });
    // Whoever confirmed an address is found by it, so no two accounts may have.
    await knex.raw(
      'CREATE UNIQUE INDEX access_users_one_verified_email ON access_users (lower(email)) WHERE email_verified_at IS NOT NULL',
    );
    await knex.schema.createTable('access_links', table => {
      table.text('token_hash').primary();
      table.text('purpose').notNullable();
      table.text('user_id').notNullable();
      /** Where it was sent; of one that confirms an address, the address. */
      table.text('email').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('expires_at').notNullable();
      /** Used, or replaced by a newer one. */
      table.bigInteger('ended_at');
      table.index(['user_id', 'purpose']);
    });
    await knex.raw('CREATE INDEX access_links_email ON access_links (lower(email), purpose, created_at)');
    await knex.schema.createTable('access_sign_in_failures', table => {
      /** The user, or one word for all names nobody has: people type passwords there. */
      table.text('subject').notNullable();
      table.text('network').notNullable();
      table.bigInteger('window_started_at').notNullable().index();
      table.integer('failures').notNullable();
      table.primary(['subject', 'network']);
    });
  },
};
