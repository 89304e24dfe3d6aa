import type { Migration } from '@portico/plugin-kit/backend';

/**
 * Payments, the log of their states, what the provider sent, who the organization is there and automatic top-up; and the memory of the embedded test provider, which
 * the rest of billing reads through its port alone.
 */
export const payments: Migration = {
  name: '0005_payments',
  async up(knex) {
    await knex.schema.createTable('billing_payments', table => {
      table.text('payment_id').primary();
      table.text('organization_id').notNullable().references('billing_customers.organization_id');
      table.text('department_id').notNullable();
      table.text('project_id').notNullable();
      // Who began it, or who set up the automatic top-up.
      table.text('user_id').notNullable();
      table.text('kind').notNullable();
      table.text('status').notNullable();
      table.integer('is_pending').notNullable().defaultTo(0);
      table.bigInteger('amount_micros').notNullable();
      table.text('currency').notNullable();
      table.text('provider').notNullable();
      // Null until known; the provider is asked to make its customer before it is asked for a payment.
      table.text('provider_customer_id');
      table.text('provider_session_id');
      table.text('provider_payment_id');
      table.text('checkout_url');
      table.integer('saves_method').notNullable().defaultTo(0);
      // The saved method to charge, of an automatic top-up.
      table.text('charged_method_id');
      table.text('method_brand');
      table.text('method_last4');
      table.text('return_path');
      table.text('failure_code');
      table.text('failure_message');
      // Keyed hash of who asked and their Idempotency-Key: a repeated request finds its payment although the provider is asked in between two transactions.
      table.text('request_key');
      table.text('request_fingerprint');
      table.text('entry_id');
      table.text('correlation_id').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('updated_at').notNullable();
      table.bigInteger('expires_at');
      table.bigInteger('cancel_requested_at');
      table.bigInteger('completed_at');
      // When to ask the provider how it stands, or to repeat what nobody knows the outcome of; null when nothing is left to ask.
      table.bigInteger('check_at');
      table.bigInteger('checked_at');
      table.integer('checks').notNullable().defaultTo(0);
      table.check('amount_micros > 0', [], 'billing_payments_amount');
      table.unique(['request_key'], { indexName: 'billing_payments_request' });
      table.unique(['provider', 'provider_payment_id'], { indexName: 'billing_payments_provider_payment' });
      table.index(['organization_id', 'created_at', 'payment_id'], 'billing_payments_newest');
      table.index(['created_at', 'payment_id'], 'billing_payments_all');
    });
    await knex.raw(
      'CREATE INDEX billing_payments_checks ON billing_payments (check_at, payment_id) WHERE check_at IS NOT NULL',
    );

    await knex.schema.createTable('billing_payment_states', table => {
      table.text('payment_id').notNullable().references('billing_payments.payment_id');
      table.integer('place').notNullable();
      table.text('status').notNullable();
      table.integer('is_pending').notNullable();
      table.text('source').notNullable();
      table.text('note');
      table.bigInteger('at').notNullable();
      table.primary(['payment_id', 'place']);
    });

    await knex.schema.createTable('billing_payment_events', table => {
      table.text('payev_id').primary();
      table.text('provider').notNullable();
      table.text('event_id').notNullable();
      table.text('kind').notNullable();
      table.text('type').notNullable();
      table.text('payment_id');
      table.text('provider_payment_id');
      // Of a refund or dispute: told again once its payment is known.
      table.text('facts_json');
      table.text('outcome').notNullable();
      table.bigInteger('occurred_at').notNullable();
      table.bigInteger('received_at').notNullable();
      table.unique(['provider', 'event_id'], { indexName: 'billing_payment_events_once' });
      table.index(['payment_id', 'received_at'], 'billing_payment_events_payment');
    });
    await knex.raw(
      `CREATE INDEX billing_payment_events_unknown ON billing_payment_events (provider, provider_payment_id) WHERE outcome = 'unknown'`,
    );

    await knex.schema.createTable('billing_payment_customers', table => {
      table.text('organization_id').notNullable().references('billing_customers.organization_id');
      table.text('provider').notNullable();
      table.text('provider_customer_id').notNullable();
      table.bigInteger('created_at').notNullable();
      table.primary(['organization_id', 'provider']);
    });

    await knex.schema.createTable('billing_auto_top_ups', table => {
      table.text('organization_id').primary().references('billing_customers.organization_id');
      table.integer('enabled').notNullable();
      table.bigInteger('threshold_micros').notNullable();
      table.bigInteger('amount_micros').notNullable();
      table.bigInteger('monthly_limit_micros').notNullable();
      table.text('provider').notNullable();
      table.text('method_id').notNullable();
      table.text('method_brand').notNullable();
      table.text('method_last4').notNullable();
      // Who set it up, and the project such payments are booked on.
      table.text('user_id').notNullable();
      table.text('department_id').notNullable();
      table.text('project_id').notNullable();
      table.integer('failures_in_row').notNullable().defaultTo(0);
      table.text('disabled_reason');
      // Not before: the last charge failed, or a limit is reached. Then the balance is looked at again.
      table.bigInteger('waits_until');
      table.text('last_payment_id');
      table.bigInteger('updated_at').notNullable();
    });

    await knex.schema.createTable('billing_test_payments', table => {
      table.text('payment_id').primary();
      table.text('session_id').notNullable().unique();
      table.text('provider_payment_id').notNullable().unique();
      table.text('customer_id').notNullable();
      table.text('state').notNullable();
      table.bigInteger('amount_micros').notNullable();
      table.text('currency').notNullable();
      table.integer('saves_method').notNullable();
      table.text('card');
      table.text('method_id');
      table.text('failure_code');
      table.text('success_url');
      table.text('cancel_url');
      table.bigInteger('expires_at');
      table.bigInteger('created_at').notNullable();
    });
    await knex.schema.createTable('billing_test_methods', table => {
      table.text('method_id').primary();
      table.text('customer_id').notNullable();
      table.text('card').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('removed_at');
      table.index(['customer_id'], 'billing_test_methods_customer');
    });
    await knex.schema.createTable('billing_test_refunds', table => {
      table.text('refund_id').primary();
      table.text('provider_payment_id').notNullable();
      table.text('state').notNullable();
      table.bigInteger('amount_micros').notNullable();
      table.text('currency').notNullable();
      table.bigInteger('created_at').notNullable();
      table.index(['provider_payment_id'], 'billing_test_refunds_payment');
    });
  },
};
