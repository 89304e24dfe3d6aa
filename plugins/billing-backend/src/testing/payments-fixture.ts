import type { UserCaller } from '@portico/plugin-kit/backend';
import { newId, toMoney } from '@portico/plugin-kit/contract';
import type { DatabaseUnderTest } from '@portico/plugin-kit/testing';
import type { LedgerScope } from '@portico/plugin-billing/port';
import { createHmac } from 'node:crypto';
import { beginPayment } from '../payments/begin-payment';
import { afterClosing, closeAtProvider } from '../payments/cancel-payment';
import { askForCheckout, openPayment } from '../payments/open-checkout';
import { PaymentProviderError } from '../payments/payment-provider';
import type { PaymentProvider } from '../payments/payment-provider';
import { PaymentReconciler } from '../payments/reconciler';
import { receiveProviderEvent } from '../payments/receive-event';
import { decideCheckout } from '../payments/test/decide-checkout';
import type { TestOutcome } from '../payments/test/decide-checkout';
import { writeTestEvent } from '../payments/test/test-events';
import { testFacts, testPaymentBy } from '../payments/test/test-payments';
import { TestPaymentProvider } from '../payments/test/test-provider';
import type { BillingServices } from '../services';
import { paymentById } from '../store/payments';
import { openBilling, openOrganization } from './billing-fixture';
import { StandInAccess } from './stand-in-access';

/** What meets the next calls of the provider: `before`, nobody answers and nothing is done; `after`, it is done and nobody hears of it; `refused`, it says no. */
export type Fault = 'before' | 'after' | 'refused';

const FAILING = ['openCustomer', 'openCheckout', 'checkout', 'closeCheckout', 'chargeSaved', 'savedCharge'] as const;

/** The test provider over a bad line. */
export function overBadLine(provider: PaymentProvider): { provider: PaymentProvider; faults: Fault[] } {
  const faults: Fault[] = [];
  const failing =
    (name: string, call: (...given: never[]) => Promise<unknown>) =>
    async (...given: never[]) => {
      const fault = faults.shift();
      if (fault === 'before') throw new PaymentProviderError('away', `${name} was not answered`, true);
      if (fault === 'refused') throw new PaymentProviderError('refused', `${name} is not done`, false);
      const answer = await call(...given);
      if (fault === 'after') throw new PaymentProviderError('timeout', `the answer to ${name} was lost`, true);
      return answer;
    };
  const bad = new Proxy(provider, {
    get(target, name: keyof PaymentProvider) {
      const value = target[name];
      if (typeof value !== 'function') return value;
      const bound = (value as (...given: never[]) => Promise<unknown>).bind(target);
      return (FAILING as readonly string[]).includes(name) ? failing(name, bound) : bound;
    },
  });
  return { provider: bad, faults };
}

/** Payments on a real database, with the test provider over a line a test spoils, and steps that stop where a test kills them. */
export async function openPayments(db: DatabaseUnderTest) {
  const billing = await openBilling(db);
  const { database, clock } = billing;
  const secrets = {
    fingerprint: (purpose: string, text: string) =>
      createHmac('sha256', 'test').update(`${purpose}\n${text}`).digest('base64url'),
  } as BillingServices['secrets'];
  const line = overBadLine(new TestPaymentProvider({ database, clock, secrets, publicUrl: 'http://portal.example' }));
  const services = {
    ...billing,
    secrets,
    payments: line.provider,
    access: new StandInAccess(),
    audit: { record: async () => undefined },
    settings: { server: { publicUrl: 'http://portal.example' } },
    logger: { warn: () => undefined, error: () => undefined },
  } as unknown as BillingServices;
  const reconciler = new PaymentReconciler(services);

  const contextOf = (scope: LedgerScope) => ({
    caller: { kind: 'user', ...scope, onlyProjectId: null } as unknown as UserCaller,
    actor: { type: 'user', id: scope.userId ?? 'usr_none', sessionId: null, address: null } as const,
    correlationId: newId('corr'),
  });

  return {
    ...billing,
    services,
    faults: line.faults,
    openOrganization: () => openOrganization(billing, 0n),
    payment: (paymentId: string) => paymentById(database.read, paymentId),
    /** Up to and without the step where the process dies: the first transaction, the call of the provider, the second one. */
    async begin(
      scope: LedgerScope,
      options: { amount?: bigint; key?: string; dies?: 'after_first' | 'after_call'; savesMethod?: boolean } = {},
    ): Promise<string> {
      const request = {
        ...contextOf(scope),
        amount: toMoney(options.amount ?? 20_000_000n, 'USD'),
        savesMethod: options.savesMethod ?? false,
        returnPath: null,
        idempotencyKey: options.key ?? null,
      };
      const begun = await database.transaction(tx => beginPayment(tx, services, request));
      if (options.dies === 'after_first') return begun.payment_id;
      const checkout = await askForCheckout(services, begun);
      if (options.dies === 'after_call') return begun.payment_id;
      await database.transaction(tx => openPayment(tx, { paymentId: begun.payment_id, checkout }));
      return begun.payment_id;
    },
    /** What the payer does at the provider; false when there is nothing to do there. Nobody is told. */
    async act(paymentId: string, outcome: TestOutcome): Promise<boolean> {
      try {
        await database.transaction(tx => decideCheckout(tx, { paymentId, outcome, card: '4242' }));
        return true;
      } catch {
        return false;
      }
    },
    /** The message as of now, to be delivered when and as often as a test likes. */
    async message(paymentId: string): Promise<(() => Promise<string>) | null> {
      const row = await testPaymentBy(database.read, 'payment_id', paymentId);
      if (row === undefined) return null;
      const news = { kind: 'payment', type: 'test', facts: testFacts(row, clock.now()) } as const;
      const deliver = writeTestEvent(secrets, news, clock.now());
      return () => {
        const { body } = deliver;
        // Signed again, as a provider does when it sends one once more: the event stays the same.
        const at = clock.now();
        const signature = `t=${at},v1=${secrets.fingerprint('billing_test_provider.event', `${at}.${Buffer.from(body).toString()}`)}`;
        return receiveProviderEvent(services, { body, headers: { 'portico-signature': signature } });
      };
    },
    async cancel(scope: LedgerScope, paymentId: string, dies = false): Promise<void> {
      const { organizationId } = scope;
      const facts = await closeAtProvider(services, { ...contextOf(scope), organizationId, paymentId });
      if (!dies) await database.transaction(tx => afterClosing(tx, services, { paymentId, facts }));
    },
    /** One look at what is due. */
    round: () => reconciler.round(new AbortController().signal),
    /** Until nothing is left to ask. */
    async settle(): Promise<void> {
      for (let turns = 0; turns < SETTLE_TURNS_MAX; turns += 1) {
        const due = await database.read.first('SELECT payment_id FROM billing_payments WHERE check_at IS NOT NULL');
        if (due === undefined) return;
        clock.set(clock.now() + SETTLE_STEP_MILLISECONDS);
        await reconciler.round(new AbortController().signal);
      }
      throw new Error('payments do not settle');
    },
  };
}
export type TestPayments = Awaited<ReturnType<typeof openPayments>>;

/** More than the doublings of any payment. */
const SETTLE_TURNS_MAX = 60;
/** Longer than the rest between two questions about anything that is not pending. */
const SETTLE_STEP_MILLISECONDS = 15 * 60_000;
