import type { Migration } from '@portico/plugin-kit/backend';

/** Money that goes back: refunds, whoever asked for them, and payments that somebody disputes at their bank. */
export const refunds: Migration = {
  name: '0006_refunds',
  async up(knex) {
    await knex.schema.createTable('billing_refunds', table => {
      table.text('refund_id').primary();
      table.text('organization_id').notNullable().references('billing_customers.organization_id');
      table.text('department_id').notNullable();
      table.text('project_id').notNullable();
      // For whom; null where it was made at the provider.
      table.text('user_id');
      table.text('payment_id').references('billing_payments.payment_id');
      table.text('provider_payment_id');
      table.text('provider_refund_id');
      table.bigInteger('amount_micros').notNullable();
      table.text('currency').notNullable();
      table.text('status').notNullable();
      table.text('settlement');
      // What it becomes once a second person approves; null while nobody has decided.
      table.text('proposed_outcome');
      // In words, as it stands: what policy said then stays readable after the policy has changed.
      table.text('outcome_text').notNullable();
      table.text('card_brand');
      table.text('card_last4');
      table.text('made_by').notNullable();
      table.text('reason').notNullable();
      table.text('decision_reason');
      table.text('requested_by');
      table.text('decided_by');
      table.text('approved_by');
      table.text('failure');
      table.text('correlation_id').notNullable();
      table.bigInteger('requested_at').notNullable();
      table.bigInteger('decided_at');
      table.bigInteger('settled_at');
      // When to ask the provider for it, or how it stands; null when nothing is left to ask.
      table.bigInteger('ask_at');
      table.integer('asks').notNullable().defaultTo(0);
      table.check('amount_micros > 0', [], 'billing_refunds_amount');
      table.unique(['provider_refund_id'], { indexName: 'billing_refunds_provider' });
      table.index(['organization_id', 'requested_at', 'refund_id'], 'billing_refunds_newest');
      table.index(['requested_at', 'refund_id'], 'billing_refunds_all');
      table.index(['payment_id'], 'billing_refunds_payment');
    });
    // Those who decide are asked once per payment.
    await knex.raw(
      `CREATE UNIQUE INDEX billing_refunds_waiting ON billing_refunds (payment_id) WHERE status = 'requested' AND payment_id IS NOT NULL`,
    );
    await knex.raw('CREATE INDEX billing_refunds_asks ON billing_refunds (ask_at, refund_id) WHERE ask_at IS NOT NULL');

    await knex.schema.createTable('billing_disputes', table => {
      table.text('dispute_id').primary();
      table.text('organization_id').notNullable().references('billing_customers.organization_id');
      table.text('payment_id').notNullable().references('billing_payments.payment_id');
      table.text('provider_dispute_id').notNullable();
      table.text('status').notNullable();
      table.bigInteger('amount_micros').notNullable();
      table.text('currency').notNullable();
      table.text('reason').notNullable();
      // Whether the amount was taken from the customer; it is given back if that ends well.
      table.integer('is_claimed').notNullable();
      table.bigInteger('respond_by_at');
      table.bigInteger('opened_at').notNullable();
      table.bigInteger('closed_at');
      table.unique(['provider_dispute_id'], { indexName: 'billing_disputes_provider' });
      table.index(['opened_at', 'dispute_id'], 'billing_disputes_all');
      table.index(['payment_id'], 'billing_disputes_payment');
    });
    await knex.schema.alterTable('billing_customers', table => {
      // When a claim last left nothing to spend: what ran until then was paid for, however little is left now.
      table.bigInteger('claimed_at');
    });
    // Asked at every launch.
    await knex.raw(`CREATE INDEX billing_disputes_open ON billing_disputes (organization_id) WHERE status = 'open'`);
  },
};
