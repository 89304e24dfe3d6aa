import type { Migration } from '@portico/plugin-kit/backend';

const ADDED = ['adjustment_expense', 'expired_credit', 'processor_clearing', 'refund_pending'];

/** Payments, refunds, corrections and credits that run out each have an account of their own; customers of before get theirs. */
export const accounts: Migration = {
  name: '0003_accounts',
  async up(knex) {
    for (const account of ADDED) {
      await knex.raw(
        `INSERT INTO billing_accounts (organization_id, account, balance_micros) SELECT organization_id, ?, 0 FROM billing_customers`,
        [account],
      );
    }
  },
};
