import { WakeableLoop } from '@portico/plugin-kit/backend';
import type { Queries } from '@portico/plugin-kit/backend';
import { applyRefundFacts, failRefund, stuckItem } from '../actions/apply-refund-facts';
import type { PaymentProvider, RefundFacts } from '../payments/payment-provider';
import { PaymentProviderError } from '../payments/payment-provider';
import { onRefundDecided } from '../refunds-decided';
import type { BillingServices } from '../services';
import { paymentById } from '../store/payments';
import { changeRefund, leaseRefund, lockRefund, refundsToAsk } from '../store/refunds';
import type { RefundRow } from '../store/refunds';

/** Whoever took a refund has so long to bring the provider's answer; then it is asked for again, under the same key. Longer than the provider's client waits. */
const LEASE_SECONDS = 120;
/** Rest between two questions about one that did not work: doubled each time, up to an hour. */
const RETRY_SECONDS = 15;
const RETRY_SECONDS_MAX = 3_600;
/** What is on its way is asked about now and then, in case no webhook comes to say that it arrived. */
const LOOK_SECONDS = 900;
/** By then, half an hour has passed: somebody should know. */
const ASKS_BEFORE_ATTENTION = 8;
/** How often refunds are looked for that nobody said were decided. */
const POLL_MILLISECONDS = 5_000;
const REFUNDS_PER_ROUND = 50;

export type RefundSenderDeps = Pick<
  BillingServices,
  'attention' | 'audit' | 'clock' | 'database' | 'logger' | 'outbox' | 'payments'
>;

/**
 * Takes refunds that are decided to the payment provider, and brings back what it says. The provider is asked between two transactions, by our own id of the refund: so whatever
 * dies where, the next round asks again and nothing is sent twice. Replicas share the work by leases.
 */
export class RefundSender {
  readonly #deps: RefundSenderDeps;
  readonly #loop: WakeableLoop;
  #stopListening: (() => void) | undefined;

  constructor(deps: RefundSenderDeps) {
    this.#deps = deps;
    this.#loop = new WakeableLoop({
      name: 'sending refunds to their cards',
      clock: deps.clock,
      logger: deps.logger,
      pollMilliseconds: POLL_MILLISECONDS,
      work: signal => this.round(signal),
    });
  }

  start(): void {
    this.#stopListening = onRefundDecided(() => this.#loop.wake());
    this.#loop.start();
  }

  async stop(): Promise<void> {
    this.#stopListening?.();
    await this.#loop.stop();
  }

  /** Asks for everything that is due; true when there is more. */
  async round(signal?: AbortSignal): Promise<boolean> {
    const { database, clock } = this.#deps;
    const due = await refundsToAsk(database.read, { now: clock.now(), limit: REFUNDS_PER_ROUND });
    for (const refund of due) {
      if (signal?.aborted) return false;
      await this.#send(refund);
    }
    return due.length === REFUNDS_PER_ROUND;
  }

  async #send(refund: RefundRow): Promise<void> {
    const { database, payments } = this.#deps;
    const leased = await database.transaction(tx =>
      leaseRefund(tx, { refundId: refund.refund_id, until: tx.now + LEASE_SECONDS * 1000 }),
    );
    if (!leased) return;
    try {
      if (payments === null) throw new PaymentProviderError('no_provider', 'no payment provider is configured', true);
      await assertSameProvider(database.read, refund, payments);
      const facts = await askFor(refund, payments);
      await database.transaction(async tx => {
        await applyRefundFacts(tx, this.#deps, facts);
        const after = await lockRefund(tx, refund.refund_id);
        if (after?.settlement === 'pending')
          await changeRefund(tx, after, { ask_at: tx.now + LOOK_SECONDS * 1000, asks: 1 });
      });
    } catch (error) {
      await this.#failed(refund, error as Error);
    }
  }

  async #failed(refund: RefundRow, error: Error): Promise<void> {
    const { database, attention, logger } = this.#deps;
    const isFinal = error instanceof PaymentProviderError && !error.retryable;
    if (isFinal) {
      await database.transaction(tx =>
        failRefund(tx, this.#deps, { refundId: refund.refund_id, failure: error.message }),
      );
      return;
    }
    logger.warn(`refund ${refund.refund_id} could not be sent and is tried again: ${error.message}`);
    await database.transaction(async tx => {
      const current = await lockRefund(tx, refund.refund_id);
      if (current?.settlement !== 'pending') return;
      const rest = Math.min(RETRY_SECONDS * 2 ** Math.max(0, current.asks - 1), RETRY_SECONDS_MAX);
      await changeRefund(tx, current, { ask_at: tx.now + rest * 1000 });
      if (current.asks < ASKS_BEFORE_ATTENTION) return;
      await attention.raise(tx, {
        ...stuckItem(current),
        organizationId: current.organization_id,
        message: `The payment provider was asked ${current.asks} times for a refund and has not taken it: ${error.message}`,
      });
    });
  }
}

/** Whoever took the money gives it back: another one knows nothing of it, and what it says would be taken for the end of a refund that may have been made. */
async function assertSameProvider(queries: Queries, refund: RefundRow, provider: PaymentProvider): Promise<void> {
  const payment = refund.payment_id === null ? undefined : await paymentById(queries, refund.payment_id);
  if (payment === undefined || payment.provider === provider.name) return;
  const said = `the payment was made with the provider "${payment.provider}", which is configured no more`;
  throw new PaymentProviderError('other_provider', said, true);
}

/** The first time, makes it. Afterwards nobody knows whether it was made, so it is looked for first: a provider forgets keys after a day, but not refunds. */
async function askFor(refund: RefundRow, provider: PaymentProvider): Promise<RefundFacts> {
  const { refund_id: refundId, provider_payment_id: providerPaymentId } = refund;
  if (providerPaymentId === null) throw new Error(`refund ${refundId} has no payment at a provider`);
  const made = refund.asks === 0 ? null : await provider.refundOf({ providerPaymentId, refundId });
  const { amount_micros: amount, currency } = refund;
  return made ?? provider.refund({ refundId, providerPaymentId, amount, currency });
}

/** Sends what is decided for as long as the portal runs. */
export function sendRefunds(
  services: RefundSenderDeps,
  lifecycle: { addStartupHook(hook: () => void): void; addShutdownHook(hook: () => Promise<void>): void },
): void {
  const sender = new RefundSender(services);
  lifecycle.addStartupHook(() => sender.start());
  lifecycle.addShutdownHook(() => sender.stop());
}
