import type { Migration } from '@portico/plugin-kit/backend';

/**
 * Credits that were given without a payment, each with what is unspent of it, and vouchers. Before this all money was given: what customers had from trial and internal credits
 * is unspent in the order they came, because the mark of all of them is a usage of nothing and everything used since is taken off from it when somebody asks.
 */
export const grants: Migration = {
  name: '0007_grants',
  async up(knex) {
    await knex.schema.createTable('billing_grants', table => {
      table.text('grant_id').primary();
      table.text('organization_id').notNullable().references('billing_customers.organization_id');
      table.text('entry_id').notNullable().unique().references('billing_entries.entry_id');
      table.text('kind').notNullable();
      table.bigInteger('amount_micros').notNullable();
      // Unspent when the usage of the organization came to the mark, which all open grants of it share. What was used since is taken off when asked.
      table.bigInteger('unspent_micros').notNullable();
      table.bigInteger('usage_mark_micros').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('expires_at');
      // When its end was announced, and when it came. What was held for something then is still to be taken once it comes back.
      table.bigInteger('announced_at');
      table.bigInteger('expired_at');
      table.bigInteger('expired_micros').notNullable().defaultTo(0);
      // Taken back by a reversal of the credit.
      table.bigInteger('withdrawn_micros').notNullable().defaultTo(0);
      table.bigInteger('closed_at');
      table.check(
        'unspent_micros >= 0 AND unspent_micros + expired_micros + withdrawn_micros <= amount_micros',
        [],
        'billing_grants_bounds',
      );
    });
    await knex.raw('CREATE INDEX billing_grants_open ON billing_grants (organization_id) WHERE closed_at IS NULL');
    await knex.raw(
      `INSERT INTO billing_grants (grant_id, organization_id, entry_id, kind, amount_micros, unspent_micros, usage_mark_micros, created_at)
      SELECT 'grant_' || substr(entry_id, 5), organization_id, entry_id, kind, amount_micros, amount_micros, 0, created_at
      FROM billing_entries WHERE kind IN ('trial', 'internal_credit')`,
    );

    await knex.schema.createTable('billing_vouchers', table => {
      table.text('voucher_id').primary();
      table.text('batch_id').notNullable();
      // Keyed hash: whoever reads the table cannot redeem what is in it.
      table.text('code_hash').notNullable().unique();
      table.text('last4').notNullable();
      table.bigInteger('amount_micros').notNullable();
      table.text('currency').notNullable();
      table.text('note').notNullable();
      table.bigInteger('redeem_by_at');
      table.integer('credit_expires_days');
      table.text('created_by').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('revoked_at');
      table.text('revoked_by');
      table.bigInteger('redeemed_at');
      table.text('redeemed_by');
      table.text('organization_id').references('billing_customers.organization_id');
      table.text('entry_id').references('billing_entries.entry_id');
      table.check('revoked_at IS NULL OR redeemed_at IS NULL', [], 'billing_vouchers_one_end');
      table.index(['created_at', 'voucher_id'], 'billing_vouchers_newest');
    });
  },
};
