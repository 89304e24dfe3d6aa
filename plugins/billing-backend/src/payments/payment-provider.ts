import type { Micros } from '@portico/plugin-kit/contract';

/**
 * Whoever takes the money. Billing keeps the truth about balances, the provider about cards: a payment counts once the provider says that it is paid, whether it says so in a
 * webhook, in the answer to a question, or both, in any order and any number of times. Every call that changes something carries an idempotency key that is derived from
 * our own id of the thing, so a call repeated after a crash makes nothing twice.
 *
 * Amounts are micro-units; an implementation turns them into the currency's minor units and refuses what these cannot express.
 */
export interface PaymentProvider {
  readonly name: 'stripe' | 'test';
  /** No card is charged: pages say so. */
  readonly isTestMoney: boolean;
  /**
   * What it can charge in a currency: multiples of `step`, from `minimum` to `maximum`; a refund may be as small as one step. Without it, whole coins of any size. What does not
   * fit is refused with `amount_not_payable` or `amount_out_of_range` before anything is asked of the provider.
   */
  readonly limits?: (currency: string) => { readonly step: Micros; readonly minimum: Micros; readonly maximum: Micros };
  /** Makes the customer of an organization. The same organization again answers with the same customer. */
  openCustomer(customer: {
    organizationId: string;
    name: string;
    email: string | null;
  }): Promise<{ providerCustomerId: string }>;
  openCheckout(checkout: CheckoutRequest): Promise<ProviderCheckout>;
  /** How a checkout stands; null when the provider does not know it. For payments whose webhook never came. */
  checkout(providerSessionId: string): Promise<PaymentFacts | null>;
  /** Nobody can pay it any more afterwards, unless somebody had by then: answers how it stands. */
  closeCheckout(providerSessionId: string): Promise<PaymentFacts>;
  /** Charges the saved method, with nobody there to confirm. */
  chargeSaved(charge: SavedCharge): Promise<PaymentFacts>;
  /** How a charge of a saved method stands, asked by our own id; null when it never reached the provider. */
  savedCharge(options: { providerCustomerId: string; paymentId: string }): Promise<PaymentFacts | null>;
  /** Where the customer sees invoices of the provider and changes cards. Refused with `portal_missing` where the provider has no such pages yet. */
  openPortal(portal: { providerCustomerId: string; returnUrl: string }): Promise<{ url: string }>;
  methods(providerCustomerId: string): Promise<readonly SavedMethod[]>;
  removeMethod(method: { providerCustomerId: string; methodId: string }): Promise<void>;
  refund(refund: {
    refundId: string;
    providerPaymentId: string;
    amount: Micros;
    currency: string;
  }): Promise<RefundFacts>;
  refundOf(options: { providerPaymentId: string; refundId: string }): Promise<RefundFacts | null>;
  /**
   * What was told since that instant about payments, refunds and disputes, oldest first, whether its messages arrived or not: refunds and disputes that were made at the provider are
   * known to nobody else when they were lost. Not all of it (`isAll` false) when there is too much: the newest. Absent where no message is ever lost.
   */
  readonly eventsSince?: (
    since: number,
  ) => Promise<{ readonly events: readonly ProviderEvent[]; readonly isAll: boolean }>;
  /** Checks the signature over the bytes as they came and says what they tell. Throws `webhook_signature_invalid`. */
  readEvent(message: { body: Uint8Array; signature: string | undefined; now: number }): ProviderEvent;
}

export interface CheckoutRequest {
  readonly paymentId: string;
  readonly providerCustomerId: string;
  readonly amount: Micros;
  readonly currency: string;
  readonly description: string;
  readonly savesMethod: boolean;
  /** Stripe wants it between 30 minutes and 24 hours ahead, by its own clock. A checkout asked for again after a crash has this and all else as before. */
  readonly expiresAt: number;
  readonly successUrl: string;
  readonly cancelUrl: string;
}

export interface ProviderCheckout {
  readonly providerSessionId: string;
  /** Where the customer pays. */
  readonly url: string;
  readonly expiresAt: number;
}

export interface SavedCharge {
  readonly paymentId: string;
  readonly providerCustomerId: string;
  readonly methodId: string;
  readonly amount: Micros;
  readonly currency: string;
  readonly description: string;
}

/** How a payment stands, in the provider's eyes. */
export interface PaymentFacts {
  /** Our own id, which the provider keeps with the payment. */
  readonly paymentId: string;
  readonly providerSessionId: string | null;
  /** What a refund or a dispute names; null until money moved. */
  readonly providerPaymentId: string | null;
  /** `pending`: paid by a method that takes days to say so. */
  readonly state: 'open' | 'pending' | 'paid' | 'expired' | 'failed';
  readonly amount: Micros;
  readonly currency: string;
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly method: SavedMethod | null;
}

export interface SavedMethod {
  readonly methodId: string;
  /** `visa`, `mastercard`, `sepa_debit`: the provider's word. */
  readonly brand: string;
  readonly last4: string;
  readonly expiresMonth: number | null;
  readonly expiresYear: number | null;
}

export interface RefundFacts {
  /** Null for one that was made at the provider and not here. */
  readonly refundId: string | null;
  readonly providerRefundId: string;
  readonly providerPaymentId: string;
  readonly state: 'pending' | 'succeeded' | 'failed';
  readonly amount: Micros;
  readonly currency: string;
  readonly failure: string | null;
}

export interface DisputeFacts {
  readonly providerDisputeId: string;
  readonly providerPaymentId: string;
  /**
   * `inquiry`: a question so far; no money was taken. `open`: the provider took the amount back. `lost`: it keeps it, unless an appeal ends in `won` after all. `won`: over, and the
   * money is here, given back or never taken.
   */
  readonly state: 'inquiry' | 'open' | 'won' | 'lost';
  readonly amount: Micros;
  readonly currency: string;
  readonly reason: string;
  readonly respondBy: number | null;
}

/** What a message of the provider tells. The facts are those of the moment it was made, so an older message may arrive after a newer one. */
export type ProviderEvent = {
  readonly eventId: string;
  /** The provider's own word for it, for people who look into a payment. */
  readonly type: string;
  readonly occurredAt: number;
} & (
  | { readonly kind: 'payment'; readonly facts: PaymentFacts }
  | { readonly kind: 'refund'; readonly facts: RefundFacts }
  | { readonly kind: 'dispute'; readonly facts: DisputeFacts }
  | { readonly kind: 'methods'; readonly providerCustomerId: string }
  /** Nothing that concerns us. */
  | { readonly kind: 'other' }
);

/** The provider cannot be asked now, or refuses. `retryable`: the same call may succeed later; nobody knows whether it took effect. */
export class PaymentProviderError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly retryable: boolean,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'PaymentProviderError';
  }
}
