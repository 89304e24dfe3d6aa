import { billingPortRef } from '@portico/plugin-billing/port';
import {
  createCheckoutSession,
  decideTestCheckout,
  getBalance,
  getPayment,
  listPayments,
} from '@portico/plugin-billing/contract';
import { newId } from '@portico/plugin-kit/contract';
import type { BodySentTo, Money } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock } from '@portico/plugin-kit/testing';
import { StandInAccess } from './stand-in-access';

export const PAYER = [
  'billing.balance.read',
  'billing.ledger.read',
  'billing.payment.manage',
  'billing.payment.read',
] as const;
export const PAYMENT_OPERATOR = ['billing.payment.read_any', 'billing.payment.reconcile_any'] as const;

/** Whole units of a currency. */
export function money(units: number | string, currency = 'USD'): Money {
  const [whole = '0', fraction = ''] = String(units).split('.');
  return { amount: BigInt(whole + fraction.padEnd(6, '0')).toString(), currency, scale: 6 };
}

/** Billing alone over HTTP, with test money and accounts that begin empty. */
export async function startPaying(
  database: 'sqlite' | 'postgres',
  settings: Readonly<Record<string, unknown>> = {},
  instead: NonNullable<Parameters<typeof startTestBackend>[0]>['instead'] = [],
) {
  const clock = new TestClock();
  const access = new StandInAccess();
  const backend = await startTestBackend({
    database,
    plugins: ['billing'],
    instead: [access.factory, ...instead],
    clock,
    settings: { billing: { trialCredit: { enabled: 'off' }, payments: { provider: 'test' }, ...settings } },
    expose: { port: billingPortRef },
  });
  const { services } = backend;

  /** Somebody whose organization has an account and no money. */
  const someone = async (permissions: readonly string[] = PAYER) => {
    const { token, caller } = backend.signInAs({ permissions });
    await services.database.transaction(tx => services.port.openAccount(tx, caller));
    return { token, organizationId: caller.organizationId, userId: caller.userId, caller };
  };
  type Someone = Awaited<ReturnType<typeof someone>>;

  const begin = async (
    who: Pick<Someone, 'token'>,
    body: BodySentTo<typeof createCheckoutSession> = { amount: money(20) },
    idempotencyKey?: string,
  ) => backend.call(createCheckoutSession, { token: who.token, body, ...(idempotencyKey ? { idempotencyKey } : {}) });
  const decide = (who: Pick<Someone, 'token'>, paymentId: string, body: BodySentTo<typeof decideTestCheckout>) =>
    backend.call(decideTestCheckout, { token: who.token, params: { payment_id: paymentId }, body });
  const payment = (who: Pick<Someone, 'token'>, paymentId: string) =>
    backend.call(getPayment, { token: who.token, params: { payment_id: paymentId } });
  const paid = async (
    who: Pick<Someone, 'token'>,
    body?: BodySentTo<typeof createCheckoutSession>,
    card?: '4242' | '0341' | '5126' | '0259',
  ) => {
    const begun = await begin(who, body);
    await decide(who, begun.payment.payment_id, { outcome: 'paid', ...(card === undefined ? {} : { card }) });
    return payment(who, begun.payment.payment_id);
  };
  const available = async (who: Pick<Someone, 'token'>) =>
    BigInt((await backend.call(getBalance, { token: who.token })).available.amount);
  const all = async (who: Pick<Someone, 'token'>) => (await backend.call(listPayments, { token: who.token })).items;
  const operator = () => backend.signInAs({ permissions: PAYMENT_OPERATOR, sessionId: newId('sess') }).token;
  return { ...backend, clock, access, someone, begin, decide, payment, paid, available, all, operator };
}
export type Paying = Awaited<ReturnType<typeof startPaying>>;
