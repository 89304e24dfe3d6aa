import { eachDatabase } from '@portico/plugin-kit/testing';
import fc from 'fast-check';
import { balanceOf } from '../testing/billing-fixture';
import { assertBooksBalance } from '../testing/books';
import { openPayments, overBadLine } from '../testing/payments-fixture';
import type { Fault, TestPayments } from '../testing/payments-fixture';
import { checkPayment } from './check-payment';
import type { PaymentProvider } from './payment-provider';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PRICE = 20_000_000n;

eachDatabase(db => {
  let payments: TestPayments;
  beforeAll(async () => {
    payments = await openPayments(db);
  });
  afterEach(async () => {
    payments.faults.length = 0;
    await assertBooksBalance(payments.database.read);
  });

  const availableOf = async (organizationId: string) => (await balanceOf(payments, organizationId)).available;
  const statusOf = async (paymentId: string) => (await payments.payment(paymentId))?.status;

  test.each(['after_first', 'after_call'] as const)(
    'a request that dies %s is finished by whoever checks',
    async dies => {
      const scope = await payments.openOrganization();
      const paymentId = await payments.begin(scope, { dies });
      expect(await statusOf(paymentId)).toBe('created');
      await payments.round();
      expect(await statusOf(paymentId)).toBe('created');
      payments.clock.set(payments.clock.now() + MINUTE);
      await payments.round();
      expect(await payments.payment(paymentId)).toMatchObject({ status: 'open', checkout_url: expect.any(String) });
      expect(await payments.act(paymentId, 'paid')).toBe(true);
      await payments.settle();
      expect(await availableOf(scope.organizationId)).toBe(PRICE);
    },
  );

  test.each(['after_first', 'after_call'] as const)(
    'sent again with its key, one that died %s goes on where it was',
    async dies => {
      const scope = await payments.openOrganization();
      const died = await payments.begin(scope, { key: 'again', dies });
      expect(await payments.begin(scope, { key: 'again' })).toBe(died);
      expect(await statusOf(died)).toBe('open');
    },
  );

  test.each(['before', 'after'] as const)('a provider that is away %s it was done is asked again', async fault => {
    const scope = await payments.openOrganization();
    payments.faults.push(fault);
    const key = `away ${fault}`;
    await expect(payments.begin(scope, { key })).rejects.toMatchObject({ code: 'payments_unavailable' });
    const paymentId = await payments.begin(scope, { key });
    expect(await statusOf(paymentId)).toBe('open');
  });

  test('a payment the provider refuses has failed, also for whoever sends it again', async () => {
    const scope = await payments.openOrganization();
    payments.faults.push('before', 'refused');
    await expect(payments.begin(scope, { key: 'no' })).rejects.toMatchObject({ code: 'payments_unavailable' });
    await expect(payments.begin(scope, { key: 'no' })).rejects.toMatchObject({ code: 'payment_refused' });
    const row = await payments.database.read.first<{ status: string; failure_code: string }>(
      'SELECT status, failure_code FROM billing_payments WHERE organization_id = ?',
      [scope.organizationId],
    );
    expect(row).toEqual({ status: 'failed', failure_code: 'refused' });
  });

  test('news of a payment that was not opened yet is believed', async () => {
    const scope = await payments.openOrganization();
    const paymentId = await payments.begin(scope, { dies: 'after_call' });
    await payments.act(paymentId, 'paid');
    const deliver = await payments.message(paymentId);
    expect(await deliver?.()).toBe('applied');
    expect(await statusOf(paymentId)).toBe('completed');
    expect(await availableOf(scope.organizationId)).toBe(PRICE);
  });

  test('a lost message is made up for by asking; one that comes later changes nothing', async () => {
    const scope = await payments.openOrganization();
    const paymentId = await payments.begin(scope);
    await payments.act(paymentId, 'paid');
    const lost = await payments.message(paymentId);
    payments.clock.set(payments.clock.now() + MINUTE);
    await payments.round();
    expect(await statusOf(paymentId)).toBe('completed');
    expect([await lost?.(), await lost?.()]).toEqual(['unchanged', 'repeated']);
    expect(await availableOf(scope.organizationId)).toBe(PRICE);
  });

  test('a message that comes many times at once is applied once', async () => {
    const scope = await payments.openOrganization();
    const paymentId = await payments.begin(scope);
    await payments.act(paymentId, 'paid');
    const deliver = await payments.message(paymentId);
    const outcomes = await Promise.all(Array.from({ length: 20 }, async () => deliver?.()));
    expect(outcomes.filter(outcome => outcome === 'applied')).toHaveLength(1);
    expect(outcomes.filter(outcome => outcome === 'repeated')).toHaveLength(19);
    expect(await availableOf(scope.organizationId)).toBe(PRICE);
  });

  test('an old message that is told after the money came does not take it back', async () => {
    const scope = await payments.openOrganization();
    const paymentId = await payments.begin(scope);
    const old = [await payments.message(paymentId)];
    await payments.act(paymentId, 'declined');
    old.push(await payments.message(paymentId));
    await payments.act(paymentId, 'pending');
    old.push(await payments.message(paymentId));
    await payments.act(paymentId, 'settled');
    expect(await (await payments.message(paymentId))?.()).toBe('applied');
    for (const deliver of old) expect(await deliver?.()).toBe('unchanged');
    expect(await payments.payment(paymentId)).toMatchObject({ status: 'completed', is_pending: 0, failure_code: null });
  });

  test('a checkout nobody paid ends by itself, asked for first', async () => {
    const scope = await payments.openOrganization();
    const [unpaid, paid] = [await payments.begin(scope), await payments.begin(scope)];
    await payments.act(paid, 'paid');
    payments.clock.set(payments.clock.now() + HOUR);
    await payments.round();
    expect([await statusOf(unpaid), await statusOf(paid)]).toEqual(['expired', 'completed']);
    expect(await payments.payment(unpaid)).toMatchObject({ check_at: null });
  });

  test('one that was given up and dies in between is given up', async () => {
    const scope = await payments.openOrganization();
    const [died, unanswered] = [await payments.begin(scope), await payments.begin(scope)];
    await payments.cancel(scope, died, true);
    payments.faults.push('after');
    await expect(payments.cancel(scope, unanswered)).rejects.toMatchObject({ code: 'payments_unavailable' });
    await payments.settle();
    expect([await statusOf(died), await statusOf(unanswered)]).toEqual(['cancelled', 'cancelled']);
  });

  test.each(['after_first', 'after_call'] as const)('one that died %s can be given up', async dies => {
    const scope = await payments.openOrganization();
    const paymentId = await payments.begin(scope, { dies });
    await payments.cancel(scope, paymentId);
    expect(await statusOf(paymentId)).toBe('cancelled');
    expect(await payments.act(paymentId, 'paid')).toBe(false);
  });

  test('one that is refused while it is given up has failed', async () => {
    const scope = await payments.openOrganization();
    const paymentId = await payments.begin(scope, { dies: 'after_first' });
    payments.faults.push('refused');
    await payments.cancel(scope, paymentId);
    expect(await statusOf(paymentId)).toBe('failed');
  });

  test('what another provider began is not asked of this one: test money ends, real money asks for a person', async () => {
    const scope = await payments.openOrganization();
    const [test, real] = [await payments.begin(scope), await payments.begin(scope)];
    const { provider } = overBadLine(payments.services.payments as PaymentProvider);
    const stripe = new Proxy(provider, {
      get: (target, name) => (name === 'name' ? 'stripe' : Reflect.get(target, name)),
    });
    payments.clock.set(payments.clock.now() + MINUTE);
    await checkPayment({ ...payments.services, payments: stripe }, test, 'due');
    expect(await payments.payment(test)).toMatchObject({ status: 'expired', check_at: null });

    const { database, clock, attention } = payments;
    await database.transaction(tx =>
      tx.run(`UPDATE billing_payments SET provider = 'stripe' WHERE payment_id = ?`, [real]),
    );
    await checkPayment(payments.services, real, 'due');
    expect(attention.messages.has(`payment_unsettled ${real}`)).toBe(false);
    clock.set(clock.now() + 26 * HOUR);
    await checkPayment(payments.services, real, 'due');
    expect(attention.messages.has(`payment_unsettled ${real}`)).toBe(true);
    expect(await statusOf(real)).toBe('open');
    await database.transaction(tx =>
      tx.run(`UPDATE billing_payments SET provider = 'test' WHERE payment_id = ?`, [real]),
    );
    await payments.settle();
  });

  test('a clock that is set back or forward an hour neither loses nor doubles money', async () => {
    const scope = await payments.openOrganization();
    const start = payments.clock.now();
    const paymentId = await payments.begin(scope);
    await payments.act(paymentId, 'paid');
    payments.clock.set(start - HOUR);
    const deliver = await payments.message(paymentId);
    expect(await deliver?.()).toBe('applied');
    payments.clock.set(start + HOUR);
    await payments.round();
    expect(await deliver?.()).toBe('repeated');
    expect(await availableOf(scope.organizationId)).toBe(PRICE);
  });

  test('whatever dies, is lost, repeated or late: what was paid is there, once', async () => {
    type Step =
      | { do: 'begin'; dies?: 'after_first' | 'after_call' | undefined }
      | { do: 'fault'; fault: Fault }
      | { do: 'act'; at: number; outcome: 'paid' | 'declined' | 'pending' | 'cancelled' | 'settled' | 'bounced' }
      | { do: 'write'; at: number }
      | { do: 'deliver'; at: number }
      | { do: 'cancel'; at: number; dies: boolean }
      | { do: 'check' }
      | { do: 'wait'; minutes: number };
    const at = fc.nat(3);
    const step: fc.Arbitrary<Step> = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('begin' as const),
          dies: fc.constantFrom(undefined, undefined, 'after_first' as const, 'after_call' as const),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('fault' as const), fault: fc.constantFrom<Fault>('before', 'after') }),
      },
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constant('act' as const),
          at,
          outcome: fc.constantFrom('paid', 'paid', 'declined', 'pending', 'cancelled', 'settled', 'bounced'),
        }),
      },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), at }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), at }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), at, dies: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('check' as const) }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 0, max: 90 }) }),
      },
    ) as fc.Arbitrary<Step>;

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 30 }), async steps => {
        const scope = await payments.openOrganization();
        const begun: string[] = [];
        const messages: (() => Promise<string>)[] = [];
        const pick = <Item>(items: readonly Item[], place: number) => items[place % Math.max(1, items.length)];
        /** What it meets on the way is what the test is about. */
        const come = async (what: Promise<unknown>) => {
          try {
            await what;
          } catch (error) {
            if (!['payments_unavailable', 'payment_not_cancellable'].includes((error as { code: string }).code))
              throw error;
          }
        };
        const known = async () => {
          const rows = await payments.database.read.all<{ payment_id: string }>(
            'SELECT payment_id FROM billing_payments WHERE organization_id = ? ORDER BY payment_id',
            [scope.organizationId],
          );
          begun.splice(0, begun.length, ...rows.map(row => row.payment_id));
        };
        for (const one of [{ do: 'begin' }, { do: 'begin' }, ...steps] as Step[]) {
          await known();
          const paymentId = 'at' in one ? pick(begun, one.at) : undefined;
          if (one.do === 'begin') await come(payments.begin(scope, one.dies === undefined ? {} : { dies: one.dies }));
          if (one.do === 'fault') payments.faults.push(one.fault);
          if (one.do === 'check') await payments.round();
          if (one.do === 'wait') payments.clock.set(payments.clock.now() + one.minutes * MINUTE);
          if (one.do === 'deliver') await pick(messages, one.at)?.();
          if (paymentId === undefined) continue;
          if (one.do === 'act') await payments.act(paymentId, one.outcome);
          if (one.do === 'cancel') await come(payments.cancel(scope, paymentId, one.dies));
          const message = one.do === 'write' ? await payments.message(paymentId) : null;
          if (message !== null) messages.push(message);
        }
        payments.faults.length = 0;
        await known();
        for (const paymentId of begun) await payments.act(paymentId, 'settled');
        await payments.settle();
        for (const deliver of messages.reverse()) await deliver();

        const paid = await payments.database.read.all<{ payment_id: string; state: string; status: string }>(
          `SELECT payment.payment_id, test.state, payment.status FROM billing_payments AS payment
           LEFT JOIN billing_test_payments AS test ON test.payment_id = payment.payment_id WHERE payment.organization_id = ?`,
          [scope.organizationId],
        );
        for (const row of paid)
          expect([row.payment_id, row.status === 'completed']).toEqual([row.payment_id, row.state === 'paid']);
        const sum = PRICE * BigInt(paid.filter(row => row.state === 'paid').length);
        expect(await availableOf(scope.organizationId)).toBe(sum);
        await assertBooksBalance(payments.database.read);
      }),
      { numRuns: 40, seed: 20_261_121 },
    );
  }, 120_000);
});
