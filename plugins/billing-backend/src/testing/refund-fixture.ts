import type { Actor, UserCaller } from '@portico/plugin-kit/backend';
import { newId, toMoney } from '@portico/plugin-kit/contract';
import type { DatabaseUnderTest } from '@portico/plugin-kit/testing';
import type { LedgerScope } from '@portico/plugin-billing/port';
import { applyDisputeFacts } from '../actions/apply-dispute-facts';
import { applyRefundFacts } from '../actions/apply-refund-facts';
import { approveRefund, decideRefund } from '../actions/decide-refund';
import { makeRefund } from '../actions/make-refund';
import { applyPaymentFacts } from '../payments/apply-payment-facts';
import type { DisputeFacts, RefundFacts } from '../payments/payment-provider';
import type { BillingPolicy } from '../policy';
import { RefundSender } from '../refunds/refund-sender';
import { insertPayment } from '../store/payments';
import { refundById } from '../store/refunds';
import type { RefundRow } from '../store/refunds';
import { openBilling, openOrganization } from './billing-fixture';
import { MemoryProvider } from './memory-provider';
import { StandInAccess } from './stand-in-access';

/** Refunds on a real database, with a provider whose mood a test sets. */
export async function openRefunds(db: DatabaseUnderTest, policy: Partial<BillingPolicy> = {}) {
  const billing = await openBilling(db, policy);
  const provider = new MemoryProvider();
  const audited: string[] = [];
  const deps = {
    ...billing,
    payments: provider,
    access: new StandInAccess(),
    audit: {
      record: async (tx: { afterCommit(listener: () => void): void }, entry: { action: string }) =>
        tx.afterCommit(() => void audited.push(entry.action)),
    },
    logger: { warn: () => undefined },
  };
  const services = deps as unknown as Parameters<typeof makeRefund>[1] & ConstructorParameters<typeof RefundSender>[0];
  const sender = new RefundSender(services);

  /** A payment of an organization that was paid just now. */
  const pay = async (scope: LedgerScope, amount: bigint, currency = 'USD'): Promise<string> => {
    const paymentId = newId('pay', billing.clock.now());
    await billing.database.transaction(async tx => {
      await insertPayment(tx, {
        payment_id: paymentId,
        organization_id: scope.organizationId,
        department_id: scope.departmentId,
        project_id: scope.projectId,
        user_id: scope.userId ?? 'usr_none',
        kind: 'checkout',
        amount_micros: amount,
        currency,
        provider: 'test',
        saves_method: 0,
        charged_method_id: null,
        method_brand: null,
        method_last4: null,
        return_path: null,
        request_key: null,
        request_fingerprint: null,
        correlation_id: newId('corr'),
        expires_at: null,
        check_at: null,
      });
      await applyPaymentFacts(
        tx,
        services as unknown as Parameters<typeof applyPaymentFacts>[1],
        {
          paymentId,
          providerSessionId: `cs_${paymentId}`,
          providerPaymentId: `pi_${paymentId}`,
          state: 'paid',
          amount,
          currency,
          failure: null,
          method: { methodId: 'pm_1', brand: 'visa', last4: '4242', expiresMonth: 12, expiresYear: 2030 },
        },
        'webhook',
      );
    });
    return paymentId;
  };

  const actorOf = (userId: string): Actor => ({ type: 'user', id: userId, sessionId: null, address: null });

  const request = (
    scope: LedgerScope,
    asked: {
      paymentId?: string | null;
      amount: bigint;
      madeBy?: 'customer' | 'platform';
      by?: string;
      expect?: 'provider_refund' | 'internal_credit';
      currency?: string;
    },
  ): Promise<RefundRow> =>
    billing.database.transaction(tx =>
      makeRefund(tx, services, {
        madeBy: asked.madeBy ?? 'customer',
        organizationId: scope.organizationId,
        departmentId: scope.departmentId,
        projectId: scope.projectId,
        userId: scope.userId ?? 'usr_none',
        paymentId: asked.paymentId ?? null,
        money: toMoney(asked.amount, asked.currency ?? 'USD'),
        reason: 'for a test',
        expectedOutcome: asked.expect ?? null,
        requestedBy: asked.by ?? scope.userId ?? 'usr_none',
        actor: actorOf(asked.by ?? scope.userId ?? 'usr_none'),
        correlationId: newId('corr'),
      }),
    );

  const contextOf = (userId: string) => ({
    caller: { kind: 'user', userId } as UserCaller,
    actor: actorOf(userId),
    correlationId: newId('corr'),
  });

  return {
    ...billing,
    provider,
    services,
    sender,
    audited,
    pay,
    request,
    organization: (money = 0n) => openOrganization(billing, money),
    approve: (refundId: string, by: string) =>
      billing.database.transaction(tx => approveRefund(tx, services, { ...contextOf(by), refundId })),
    decide: (refundId: string, by: string, outcome: 'provider_refund' | 'internal_credit' | 'rejected') =>
      billing.database.transaction(tx =>
        decideRefund(tx, services, { ...contextOf(by), refundId, outcome, reason: 'decided in a test' }),
      ),
    tellRefund: (facts: RefundFacts) => billing.database.transaction(tx => applyRefundFacts(tx, services, facts)),
    tellDispute: (facts: DisputeFacts) => billing.database.transaction(tx => applyDisputeFacts(tx, services, facts)),
    refund: async (refundId: string): Promise<RefundRow> => {
      const found = await refundById(billing.database.read, refundId);
      if (found === undefined) throw new Error(`there is no ${refundId}`);
      return found;
    },
  };
}
export type TestRefunds = Awaited<ReturnType<typeof openRefunds>>;

export function disputeOf(paymentId: string, state: DisputeFacts['state'], amount: bigint): DisputeFacts {
  return {
    providerDisputeId: `dp_${paymentId}`,
    providerPaymentId: `pi_${paymentId}`,
    state,
    amount,
    currency: 'USD',
    reason: 'fraudulent',
    respondBy: null,
  };
}
