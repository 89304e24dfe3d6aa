import type { Migration } from '@portico/plugin-kit/backend';

/**
 * The hash chain of each organization. A seal stands in the entry's own row, where it is written once, after the commit: a movement of money then writes no row more than it did,
 * and the partial index finds what waits, also what was there before there were seals.
 */
export const seals: Migration = {
  name: '0004_seals',
  async up(knex) {
    await knex.schema.alterTable('billing_entries', table => {
      table.bigInteger('seal_position');
      table.string('seal_hash', 64);
    });
    await knex.raw(
      'CREATE INDEX billing_entries_unsealed ON billing_entries (organization_id, created_at, entry_id) WHERE seal_position IS NULL',
    );
    await knex.raw(
      'CREATE UNIQUE INDEX billing_entries_sealed ON billing_entries (organization_id, seal_position) WHERE seal_position IS NOT NULL',
    );
    await knex.raw(
      'CREATE INDEX billing_entries_allocation ON billing_entries (allocation_id, created_at, entry_id) WHERE allocation_id IS NOT NULL',
    );
    await knex.schema.createTable('billing_chain_heads', table => {
      table.text('organization_id').primary().references('billing_customers.organization_id');
      table.bigInteger('position').notNullable();
      table.string('hash', 64).notNullable();
      // When the books were last looked through from their beginning.
      table.bigInteger('checked_at').notNullable();
      table.index(['checked_at', 'organization_id'], 'billing_chain_heads_checked');
    });
    await knex.schema.createTable('billing_checkpoints', table => {
      table.text('organization_id').notNullable().references('billing_customers.organization_id');
      table.bigInteger('position').notNullable();
      table.string('hash', 64).notNullable();
      table.bigInteger('at').notNullable();
      table.text('signature').notNullable();
      table.primary(['organization_id', 'position']);
    });
    await knex.schema.createTable('billing_signing_key', table => {
      table.integer('singleton').primary();
      table.text('private_key_encrypted').notNullable();
      table.text('public_key').notNullable();
    });
  },
};
