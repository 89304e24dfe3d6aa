import { createCheckoutSession, requestRefund } from '@portico/plugin-billing/contract';
import { billingPortRef } from '@portico/plugin-billing/port';
import { newId } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import { StandInAccess } from './stand-in-access';
import { StripeDouble } from './stripe-double/stripe-double';

const PERMISSIONS = [
  'billing.balance.read',
  'billing.payment.read',
  'billing.payment.manage',
  'billing.refund.request',
];
/** Micro-units in one of Stripe's, in US dollars. */
const CENT = 10_000n;
const MINUTE = 60_000;

export interface Payer {
  readonly organizationId: string;
  readonly token: string;
}

/** A whole portal that takes its payments through the stand-in for Stripe, both on one clock. */
export async function startStripePortal(database: 'sqlite' | 'postgres') {
  const clock = new TestClock();
  const stripe = await StripeDouble.start({ now: () => clock.now() });
  const backend = await startTestBackend({
    database,
    plugins: ['billing'],
    instead: [new StandInAccess().factory],
    clock,
    settings: { billing: { payments: { provider: 'stripe', stripe: stripe.settings } } },
    expose: { port: billingPortRef },
  });
  stripe.deliveries.endpoint = `${backend.url}/api/v1/payments/webhook`;
  const { database: books, port } = { database: backend.services.database, port: backend.services.port };

  return {
    backend,
    clock,
    stripe,
    books: books.read,

    async stop() {
      await backend.stop();
      await stripe.close();
    },

    /** Somebody of a new organization, without any money. */
    async payer(): Promise<Payer> {
      const { token, caller } = backend.signInAs({ permissions: PERMISSIONS });
      const { organizationId } = caller;
      await books.transaction(tx => port.openAccount(tx, { organizationId }));
      return { organizationId, token };
    },

    /** Begins a payment as a browser does: under one key, again until somebody answers. */
    async begin(payer: Payer, cents: number, options: { saveMethod?: boolean } = {}) {
      const idempotencyKey = newId('corr');
      const money = { amount: (BigInt(cents) * CENT).toString(), currency: 'USD', scale: 6 } as const;
      return waitFor(async () => {
        const reply = await backend.request('POST', createCheckoutSession.path, {
          token: payer.token,
          headers: { 'idempotency-key': idempotencyKey },
          body: { amount: money, save_method: options.saveMethod ?? false },
        });
        if (reply.status === 503) return null;
        if (reply.status !== 201) throw new Error(`a payment was answered ${reply.status}: ${reply.text}`);
        const { payment_id: paymentId } = reply.body['payment'] as { payment_id: string };
        return { paymentId, sessionId: stripe.sessionOf(paymentId).id };
      });
    },

    async refund(payer: Payer, paymentId: string, cents: number): Promise<number> {
      const money = { amount: (BigInt(cents) * CENT).toString(), currency: 'USD', scale: 6 } as const;
      const reply = await backend.request('POST', requestRefund.path, {
        token: payer.token,
        headers: { 'idempotency-key': newId('corr') },
        body: { payment_id: paymentId, amount: money, reason: 'not needed' },
      });
      return reply.status;
    },

    /** What the organization has, less what it owes: everything that came in and did not go out, as nothing is used here. In cents. */
    async position({ organizationId }: Payer): Promise<bigint> {
      const row = await books.read.first<{ sum_micros: bigint }>(
        `SELECT sum(balance_micros) AS sum_micros FROM billing_accounts
         WHERE organization_id = ? AND account IN ('customer_available', 'customer_held', 'customer_receivable')`,
        [organizationId],
      );
      const micros = BigInt(row?.sum_micros ?? 0n);
      if (micros % CENT !== 0n) throw new Error(`${micros} micro-units are no whole cents`);
      return micros / CENT;
    },

    /** The same at Stripe. */
    received({ organizationId }: Payer): bigint {
      const customer = stripe.account.all('customer').find(one => one.metadata['organization_id'] === organizationId);
      return customer === undefined ? 0n : BigInt(stripe.receivedFrom(customer.id));
    },

    async statuses({ organizationId }: Payer): Promise<Record<string, string>> {
      const rows = await books.read.all<{ payment_id: string; status: string }>(
        'SELECT payment_id, status FROM billing_payments WHERE organization_id = ?',
        [organizationId],
      );
      return Object.fromEntries(rows.map(row => [row.payment_id, row.status]));
    },

    /** Time passes until what Stripe told so far was read through. */
    async readUp(): Promise<void> {
      const from = clock.now();
      await waitFor(async () => {
        await clock.advance(5 * MINUTE);
        const row = await books.read.first<{ told_until: number }>('SELECT told_until FROM billing_event_catch_ups');
        return row !== undefined && row.told_until > from;
      }, 'lost messages to be read up');
    },

    /** Time passes until nothing is under way: what nobody told is asked for. Debits that the bank has not decided stay. */
    async settle(): Promise<void> {
      await waitFor(async () => {
        await clock.advance(5 * MINUTE);
        stripe.passTime();
        const row = await books.read.first<{ under_way: number }>(
          `SELECT (SELECT count(*) FROM billing_payments WHERE status IN ('created', 'open'))
            + (SELECT count(*) FROM billing_refunds WHERE settlement = 'pending' AND provider_refund_id IS NULL) AS under_way`,
        );
        return Number(row?.under_way) === 0;
      }, 'every payment to end');
    },
  };
}
export type StripePortal = Awaited<ReturnType<typeof startStripePortal>>;
