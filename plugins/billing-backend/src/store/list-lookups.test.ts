import { eachDatabase } from '@portico/plugin-kit/testing';
import type { Queries } from '@portico/plugin-kit/backend';
import { openBilling, openOrganization } from '../testing/billing-fixture';
import type { TestBilling } from '../testing/billing-fixture';
import { explaining } from '../testing/explaining';
import { disputesPage } from './disputes';
import { chargeUnderWay, paymentsDue, paymentsPage } from './payments';
import { refundsPage, refundsToAsk } from './refunds';
import { vouchersPage } from './vouchers';

const ROWS = 20_000;
const NUMBERS = `WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${ROWS})`;
const PAGE = { after: undefined, limit: 50 };

eachDatabase(db => {
  let billing: TestBilling;
  let organizationId: string;

  beforeAll(async () => {
    billing = await openBilling(db);
    ({ organizationId } = await openOrganization(billing, 0n));
    const other = await openOrganization(billing, 0n);
    // Years of what is done with, none of it what is asked for.
    const many = [
      `INSERT INTO billing_payments (payment_id, organization_id, department_id, project_id, user_id, kind, status, amount_micros, currency, provider, correlation_id, created_at, updated_at)
      ${NUMBERS} SELECT 'pay_' || i, '${other.organizationId}', 'd', 'p', 'usr_' || (i % 50), CASE WHEN i % 2 = 0 THEN 'auto_top_up' ELSE 'checkout' END, 'completed', 10, 'USD', 'test', 'c', i, i FROM numbers`,
      `INSERT INTO billing_refunds (refund_id, organization_id, department_id, project_id, payment_id, amount_micros, currency, status, outcome_text, made_by, reason, correlation_id, requested_at)
      ${NUMBERS} SELECT 'refund_' || i, '${other.organizationId}', 'd', 'p', 'pay_' || i, 10, 'USD', 'provider_refund', '', 'customer', '', 'c', i FROM numbers`,
      `INSERT INTO billing_disputes (dispute_id, organization_id, payment_id, provider_dispute_id, status, amount_micros, currency, reason, is_claimed, opened_at)
      ${NUMBERS} SELECT 'dispute_' || i, '${other.organizationId}', 'pay_' || i, 'dp_' || i, 'won', 10, 'USD', '', 0, i FROM numbers`,
      `INSERT INTO billing_vouchers (voucher_id, batch_id, code_hash, last4, amount_micros, currency, note, created_by, created_at, redeemed_at, organization_id)
      ${NUMBERS} SELECT 'voucher_' || i, 'batch_' || (i % 40), 'h' || i, 'l' || (i % 500), 10, 'USD', '', 'u', i, i, '${other.organizationId}' FROM numbers`,
    ];
    await billing.database.transaction(async tx => {
      for (const statement of many) await tx.run(statement);
      for (const table of ['payments', 'refunds', 'disputes', 'vouchers']) await tx.run(`ANALYZE billing_${table}`);
    });
  });
  afterAll(() => billing.close());

  const payments = (filter: { userId?: string; status?: string; organizationId?: string }) => (queries: Queries) =>
    paymentsPage(queries, { list: 'test', filter, limit: 50, cursor: undefined });

  test.each<[string, string, (queries: Queries) => Promise<unknown>]>([
    ['payments of a user', 'billing_payments_user', payments({ userId: 'usr_nobody' })],
    ['payments that are open', 'billing_payments_status', payments({ status: 'open' })],
    ['payments', 'billing_payments_all', payments({})],
    ['payments to ask about', 'billing_payments_checks', queries => paymentsDue(queries, { now: 1, limit: 50 })],
    ['a charge under way', 'billing_payments_charging', queries => chargeUnderWay(queries, organizationId)],
    [
      'refunds that wait for a person',
      'billing_refunds_status',
      queries => refundsPage(queries, { ...PAGE, filter: { status: 'requested' } }),
    ],
    ['refunds', 'billing_refunds_all', queries => refundsPage(queries, { ...PAGE, filter: {} })],
    ['refunds to send', 'billing_refunds_asks', queries => refundsToAsk(queries, { now: 1, limit: 50 })],
    [
      'disputes that were lost',
      'billing_disputes_status',
      queries => disputesPage(queries, { ...PAGE, filter: { status: 'lost' } }),
    ],
    [
      'disputes of an organization',
      'billing_disputes_newest',
      queries => disputesPage(queries, { ...PAGE, filter: { organizationId: 'org_quiet' } }),
    ],
    [
      'vouchers of a batch',
      'billing_vouchers_batch',
      queries => vouchersPage(queries, { ...PAGE, now: 1, batchId: 'batch_none' }),
    ],
    [
      'vouchers of an organization',
      'billing_vouchers_organization',
      queries => vouchersPage(queries, { ...PAGE, now: 1, organizationId: 'org_quiet' }),
    ],
    [
      'vouchers by what their code ends in',
      'billing_vouchers_last4',
      queries => vouchersPage(queries, { ...PAGE, now: 1, last4: 'none' }),
    ],
  ])('%s are found by %s', async (_what, index, list) => {
    const plans: string[] = [];
    await list(explaining(billing.database, plans));
    expect(plans).toEqual([expect.stringContaining(index)]);
  });
});
