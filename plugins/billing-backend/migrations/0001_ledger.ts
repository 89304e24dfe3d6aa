import type { Migration } from '@portico/plugin-kit/backend';

/**
 * The ledger (accounts, entries, postings), the customers whose row is the lock of their money, the holds and the meters. An account belongs to one
 * organization and is named by its purpose, so that no row is shared by two organizations and none is hot.
 */
export const ledger: Migration = {
  name: '0001_ledger',
  async up(knex) {
    await knex.schema.createTable('billing_customers', table => {
      table.text('organization_id').primary();
      table.text('currency').notNullable();
      // The status last announced. What a balance is now is reckoned when asked; this remembers which events were sent.
      table.text('status').notNullable();
      // When the next thing may fall due: a posting, a threshold, the end of the money. Null while nothing burns.
      table.bigInteger('review_at');
      table.bigInteger('created_at').notNullable();
      table.index(['review_at', 'organization_id'], 'billing_customers_review');
    });

    await knex.schema.createTable('billing_accounts', table => {
      table.text('organization_id').notNullable().references('billing_customers.organization_id');
      table.text('account').notNullable();
      table.bigInteger('balance_micros').notNullable().defaultTo(0);
      table.primary(['organization_id', 'account']);
      table.check(
        "account NOT IN ('customer_available', 'customer_held') OR balance_micros >= 0",
        [],
        'billing_accounts_funded',
      );
    });

    await knex.schema.createTable('billing_entries', table => {
      table.text('entry_id').primary();
      table.text('organization_id').notNullable().references('billing_customers.organization_id');
      table.text('kind').notNullable();
      table.text('currency').notNullable();
      table.bigInteger('amount_micros').notNullable();
      table.text('department_id');
      table.text('project_id');
      table.text('user_id');
      table.text('allocation_id');
      table.text('actor_type').notNullable();
      table.text('actor_id').notNullable();
      table.text('correlation_id');
      table.text('reference').notNullable();
      table.text('description').notNullable();
      table.bigInteger('period_from_at');
      table.bigInteger('period_to_at');
      table.bigInteger('created_at').notNullable();
      // One movement per reason: a repeated one finds this index, whatever went wrong above it.
      table.unique(['organization_id', 'reference'], { indexName: 'billing_entries_reference' });
      table.index(['organization_id', 'created_at', 'entry_id'], 'billing_entries_newest');
    });

    await knex.schema.createTable('billing_postings', table => {
      table.text('entry_id').notNullable().references('billing_entries.entry_id');
      table.text('organization_id').notNullable();
      table.text('account').notNullable();
      table.bigInteger('amount_micros').notNullable();
      table.primary(['entry_id', 'account']);
      table
        .foreign(['organization_id', 'account'])
        .references(['organization_id', 'account'])
        .inTable('billing_accounts');
    });

    await knex.schema.createTable('billing_holds', table => {
      table.text('hold_id').primary();
      table.text('organization_id').notNullable();
      table.text('allocation_id').notNullable();
      // What is held now, and what it is filled up to while there is money.
      table.bigInteger('amount_micros').notNullable();
      table.bigInteger('target_micros').notNullable();
      table.bigInteger('opened_at').notNullable();
      table.bigInteger('closed_at');
      table.check('amount_micros >= 0 AND amount_micros <= target_micros', [], 'billing_holds_bounds');
    });
    await knex.raw('CREATE UNIQUE INDEX billing_holds_open ON billing_holds (allocation_id) WHERE closed_at IS NULL');

    await knex.schema.createTable('billing_meters', table => {
      table.text('allocation_id').primary();
      table.text('organization_id').notNullable().references('billing_customers.organization_id');
      table.text('department_id').notNullable();
      table.text('project_id').notNullable();
      table.text('user_id');
      table.text('allocation_name').notNullable();
      table.text('sku_id').notNullable();
      table.integer('gpu_count').notNullable();
      table.bigInteger('price_per_hour_micros').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('started_at');
      // Set when the money ran out: time after this instant is not charged, whenever the allocation is stopped.
      table.bigInteger('capped_at');
      table.bigInteger('stopped_at');
      // Usage up to here is in the ledger, and comes to this much.
      table.bigInteger('posted_through_at');
      table.bigInteger('posted_micros').notNullable().defaultTo(0);
      // Final when stopped, null before.
      table.bigInteger('cost_micros');
      table.index(['organization_id', 'started_at', 'allocation_id'], 'billing_meters_started');
      table.index(['organization_id', 'project_id', 'started_at', 'allocation_id'], 'billing_meters_project');
      table.index(['organization_id', 'cost_micros', 'allocation_id'], 'billing_meters_cost');
      // Live ones are those without a stop.
      table.index(['organization_id', 'stopped_at'], 'billing_meters_stopped');
    });
  },
};
