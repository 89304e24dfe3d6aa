import type { Migration } from '@portico/plugin-kit/backend';

/**
 * Orders of what the lists of payments, refunds, disputes and vouchers are narrowed to: the few that wait for somebody among all there ever were, those of one person, of one
 * organization or of one batch. Rows of these tables are written at the pace of people, so the indexes cost nothing that anybody waits for.
 */
export const listLookups: Migration = {
  name: '0014_list_lookups',
  async up(knex) {
    await knex.schema.alterTable('billing_payments', table => {
      table.index(['user_id', 'created_at', 'payment_id'], 'billing_payments_user');
      table.index(['status', 'created_at', 'payment_id'], 'billing_payments_status');
    });
    // Asked at every review of a balance that is low. The condition is that of the query, word by word.
    await knex.raw(
      `CREATE INDEX billing_payments_charging ON billing_payments (organization_id)
      WHERE kind = 'auto_top_up' AND (status IN ('created', 'open') OR is_pending = 1)`,
    );
    await knex.schema.alterTable('billing_refunds', table => {
      table.index(['status', 'requested_at', 'refund_id'], 'billing_refunds_status');
    });
    await knex.schema.alterTable('billing_disputes', table => {
      table.index(['organization_id', 'opened_at', 'dispute_id'], 'billing_disputes_newest');
      table.index(['status', 'opened_at', 'dispute_id'], 'billing_disputes_status');
    });
    await knex.schema.alterTable('billing_vouchers', table => {
      table.index(['batch_id', 'created_at', 'voucher_id'], 'billing_vouchers_batch');
      table.index(['organization_id', 'created_at', 'voucher_id'], 'billing_vouchers_organization');
      table.index(['last4', 'created_at', 'voucher_id'], 'billing_vouchers_last4');
    });
  },
};
