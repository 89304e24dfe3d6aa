import type { RequestContext, Queries } from '@portico/plugin-kit/backend';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { issueVouchers, redeemVoucher } from '../actions/vouchers';
import type { BillingServices } from '../services';
import { balanceOf, creditOf, holdFor, start, stop } from './billing-fixture';
import { assertBooksBalance } from './books';
import { coins } from './memory-provider';
import { PLAIN_SECRETS } from './plain-secrets';
import { disputeOf, openRefunds } from './refund-fixture';
import type { TestRefunds } from './refund-fixture';
import { assertLedgersVerify } from './verified-ledger';

const HOUR = 3_600_000;

/** Takes the corruption back. */
class Undone extends Error {}

/** What a mistake in the code, or somebody with access to the database, could do to each table; with what the books say of it. */
const CORRUPTIONS = [
  [
    'a balance that is a micro-unit off',
    `UPDATE billing_accounts SET balance_micros = balance_micros + 1 WHERE account = 'usage_revenue'`,
    'its postings sum to',
  ],
  [
    'money moved from one account to another',
    `UPDATE billing_postings SET account = 'customer_receivable' WHERE account = 'customer_available'`,
    'its postings sum to',
  ],
  ['a posting that is gone', `DELETE FROM billing_postings WHERE account = 'processor_clearing'`, 'sum to'],
  ['an account that is gone', `DELETE FROM billing_accounts WHERE account = 'expired_credit'`, 'has not all accounts'],
  [
    'an entry that says another amount',
    `UPDATE billing_entries SET amount_micros = amount_micros + 1 WHERE kind = 'hold'`,
    'its postings do',
  ],
  ['usage in another currency', `UPDATE billing_entries SET currency = 'EUR' WHERE kind = 'usage'`, 'is in EUR'],
  ['an account that changes its currency', `UPDATE billing_customers SET currency = 'EUR'`, 'is in USD'],
  [
    'a hold that is a micro-unit short',
    `UPDATE billing_holds SET amount_micros = amount_micros - 1 WHERE closed_at IS NULL`,
    'its open holds sum to',
  ],
  [
    'a hold that is closed while its meter runs',
    `UPDATE billing_holds SET closed_at = 1 WHERE closed_at IS NULL`,
    'open holds and',
  ],
  [
    'a meter that is cheaper than what was charged',
    `UPDATE billing_meters SET price_per_hour_micros = price_per_hour_micros - 1000 WHERE stopped_at IS NOT NULL`,
    'which costs',
  ],
  [
    'a meter that stopped earlier than it was charged',
    `UPDATE billing_meters SET stopped_at = stopped_at - 1 WHERE stopped_at IS NOT NULL`,
    'is not posted to its end',
  ],
  [
    'a payment that is larger than what was credited',
    `UPDATE billing_payments SET amount_micros = amount_micros + 1`,
    'which its entry does not say',
  ],
  ['a payment that was never paid', `UPDATE billing_payments SET status = 'open'`, 'which its entry does not say'],
  ['a payment without its history', `DELETE FROM billing_payment_states`, 'the log of payment'],
  [
    'a refund that is larger than what was taken',
    `UPDATE billing_refunds SET amount_micros = amount_micros + 1 WHERE settlement = 'succeeded'`,
    'which is not what it says',
  ],
  [
    'a refund that arrived and is forgotten',
    `DELETE FROM billing_refunds WHERE settlement = 'succeeded'`,
    'is of a refund that is not there',
  ],
  [
    'a refund under way that is forgotten',
    `DELETE FROM billing_refunds WHERE settlement = 'pending'`,
    'on the way to cards',
  ],
  [
    'a refund that arrived before it did',
    `UPDATE billing_refunds SET settlement = 'succeeded' WHERE settlement = 'pending'`,
    'on the way to cards',
  ],
  [
    'a refund that is refused and taken all the same',
    `UPDATE billing_refunds SET status = 'rejected', settlement = NULL WHERE settlement = 'pending'`,
    'on the way to cards',
  ],
  [
    'a dispute that is won and claimed',
    `UPDATE billing_disputes SET status = 'won' WHERE status = 'open'`,
    'which is not what it says',
  ],
  [
    'a dispute that is forgotten',
    `DELETE FROM billing_disputes WHERE status = 'open'`,
    'is of a dispute that is not there',
  ],
  [
    'a voucher that can be redeemed again',
    `UPDATE billing_vouchers SET redeemed_at = NULL, entry_id = NULL, organization_id = NULL`,
    'credited without its voucher',
  ],
  [
    'a voucher that was worth more',
    `UPDATE billing_vouchers SET amount_micros = amount_micros + 1`,
    'credited without its voucher',
  ],
  ['given money that counts as paid', `DELETE FROM billing_grants`, 'was given, and nothing knows it as given'],
  [
    'given money that counts as ended',
    `UPDATE billing_grants SET expired_micros = 1, unspent_micros = unspent_micros - 1 WHERE unspent_micros > 1`,
    'of its grants',
  ],
  [
    'given money that was more',
    `UPDATE billing_grants SET amount_micros = amount_micros + 1`,
    'is not what the ledger says of it',
  ],
] as const;

eachDatabase(db => {
  let refunds: TestRefunds;
  beforeAll(async () => {
    refunds = await openRefunds(db);
    await fill();
  });
  afterAll(() => refunds.close());

  /** One of everything. */
  async function fill(): Promise<void> {
    const scope = await refunds.organization();
    const { organizationId, departmentId, projectId } = scope;
    const settled = await refunds.pay(scope, coins(60_00));
    const disputed = await refunds.pay(scope, coins(30_00));
    await refunds.database.transaction(tx => refunds.port.credit(tx, creditOf(scope, coins(5_00))));
    const context = {
      caller: { kind: 'user', userId: 'usr_1', organizationId, departmentId, projectId },
      actor: { type: 'system', id: 'test' },
      correlationId: 'corr_1',
    } as unknown as RequestContext;
    const services = { ...refunds.services, secrets: PLAIN_SECRETS } as unknown as BillingServices;
    const batch = {
      amount: coins(2_00),
      currency: 'USD',
      count: 1,
      redeemBy: null,
      creditExpiresDays: null,
      note: 'n',
    };
    const { vouchers } = await refunds.database.transaction(tx => issueVouchers(tx, services, { ...context, batch }));
    const code = vouchers[0]?.code ?? '';
    await refunds.database.transaction(tx => redeemVoucher(tx, services, { ...context, code }));
    await refunds.request(scope, { paymentId: settled, amount: coins(10_00) });
    await refunds.sender.round();
    await refunds.request(scope, { paymentId: settled, amount: coins(10_00) });
    const [stopped, runs] = [await holdFor(refunds, scope, coins(1_00)), await holdFor(refunds, scope, coins(1_00))];
    await start(refunds, stopped);
    await start(refunds, runs);
    await refunds.clock.advance(HOUR);
    await stop(refunds, stopped);
    await refunds.tellDispute(disputeOf(disputed, 'open', coins(30_00)));
    await refunds.rollups.tick();
    await assertLedgersVerify(refunds);
    expect((await balanceOf(refunds, organizationId)).held).toBe(coins(1_00));
  }

  test('are in order before anything is done to them', () => assertBooksBalance(refunds.database.read));

  test.each(CORRUPTIONS)('%s is seen', async (_what, statement, said) => {
    const corrupted = refunds.database.transaction(async tx => {
      expect(await tx.run(statement, [])).toBeGreaterThan(0);
      const seen = await problemOf(tx);
      expect(seen).toContain(said);
      throw new Undone();
    });
    await expect(corrupted).rejects.toBeInstanceOf(Undone);
    await assertBooksBalance(refunds.database.read);
  });
});

async function problemOf(queries: Queries): Promise<string> {
  return assertBooksBalance(queries).then(
    () => 'nothing',
    (error: Error) => error.message,
  );
}
