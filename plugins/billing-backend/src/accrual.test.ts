import { eachDatabase } from '@portico/plugin-kit/testing';
import { holdFor, openBilling, openOrganization, start } from './testing/billing-fixture';

/** What a failed review waits for. */
const RETRY = 30_000;

eachDatabase(db => {
  test('a review that keeps failing asks for a person until it goes through, and holds nobody else up', async () => {
    const billing = await openBilling(db);
    const { accrual, attention, clock, outbox } = billing;
    const [broken, well] = [await openOrganization(billing, 13_000_000n), await openOrganization(billing, 13_000_000n)];
    await accrual.tick();
    outbox.silenced = broken.organizationId;
    for (const scope of [broken, well]) await start(billing, await holdFor(billing, scope, 12_000_000n));

    await accrual.tick();
    await clock.advance(RETRY);
    await accrual.tick();
    expect(attention.messages.size).toBe(0);
    await clock.advance(RETRY);
    await accrual.tick();
    expect([...attention.messages]).toEqual([
      [
        `billing_review_failing ${broken.organizationId}`,
        'The balance of this organization could not be reviewed 3 times in a row: no more room for events',
      ],
    ]);
    expect(outbox.ofType(well.organizationId, 'billing.low_balance_warning')).toHaveLength(1);

    outbox.silenced = null;
    await clock.advance(RETRY);
    await accrual.tick();
    expect(attention.messages.size).toBe(0);
    expect(outbox.ofType(broken.organizationId, 'billing.low_balance_warning')).toHaveLength(1);
    await billing.close();
  });
});
