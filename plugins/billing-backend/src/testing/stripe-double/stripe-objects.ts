import type Stripe from 'stripe';

/** Stripe's objects with the fields that the double keeps, typed by the SDK. References are ids; `expand` replaces them on the way out. */
type Kept<Full, Fields extends keyof Full, References extends Fields = never> = Omit<Pick<Full, Fields>, References> & {
  [Field in References]: string | null;
};

export type Customer = Kept<Stripe.Customer, 'id' | 'object' | 'created' | 'livemode' | 'metadata'> & {
  name: string | null;
  email: string | null;
};

export type Method = Kept<
  Stripe.PaymentMethod,
  'id' | 'object' | 'created' | 'livemode' | 'metadata' | 'type' | 'customer',
  'customer'
> & {
  card?: { brand: string; last4: string; exp_month: number; exp_year: number };
  sepa_debit?: { last4: string };
};

export type Session = Kept<
  Stripe.Checkout.Session,
  | 'id'
  | 'object'
  | 'amount_subtotal'
  | 'amount_total'
  | 'cancel_url'
  | 'client_reference_id'
  | 'created'
  | 'currency'
  | 'customer'
  | 'expires_at'
  | 'livemode'
  | 'metadata'
  | 'mode'
  | 'payment_intent'
  | 'payment_status'
  | 'status'
  | 'success_url'
  | 'url',
  'customer' | 'payment_intent'
>;

export type LastPaymentError = { code: string; decline_code?: string; message: string; type: 'card_error' };

export type Intent = Kept<
  Stripe.PaymentIntent,
  | 'id'
  | 'object'
  | 'amount'
  | 'amount_received'
  | 'canceled_at'
  | 'cancellation_reason'
  | 'created'
  | 'currency'
  | 'customer'
  | 'description'
  | 'latest_charge'
  | 'livemode'
  | 'metadata'
  | 'payment_method'
  | 'setup_future_usage'
  | 'status',
  'customer' | 'latest_charge' | 'payment_method'
> & { last_payment_error: LastPaymentError | null };

export type Charge = Kept<
  Stripe.Charge,
  | 'id'
  | 'object'
  | 'amount'
  | 'amount_captured'
  | 'amount_refunded'
  | 'captured'
  | 'created'
  | 'currency'
  | 'customer'
  | 'disputed'
  | 'failure_code'
  | 'livemode'
  | 'metadata'
  | 'paid'
  | 'payment_intent'
  | 'payment_method'
  | 'refunded'
  | 'status',
  'customer' | 'payment_intent'
>;

export type Refund = Kept<
  Stripe.Refund,
  | 'id'
  | 'object'
  | 'amount'
  | 'charge'
  | 'created'
  | 'currency'
  | 'failure_reason'
  | 'metadata'
  | 'payment_intent'
  | 'reason'
  | 'status',
  'charge' | 'payment_intent'
>;

export type Dispute = Kept<
  Stripe.Dispute,
  | 'id'
  | 'object'
  | 'amount'
  | 'charge'
  | 'created'
  | 'currency'
  | 'is_charge_refundable'
  | 'livemode'
  | 'metadata'
  | 'payment_intent'
  | 'reason'
  | 'status',
  'charge' | 'payment_intent'
> & {
  balance_transactions: { id: string; object: 'balance_transaction'; amount: number; currency: string }[];
  evidence_details: { due_by: number | null; has_evidence: boolean; past_due: boolean; submission_count: number };
};

export type StripeObject = Customer | Method | Session | Intent | Charge | Refund | Dispute;

export interface StripeEvent {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: StripeObject; readonly previous_attributes?: Record<string, unknown> };
  readonly livemode: boolean;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
  /** Of an account connected to ours. */
  readonly account?: string;
}

interface Decline {
  readonly code: string;
  readonly decline_code: string;
}

export interface Card {
  readonly brand: string;
  readonly last4: string;
  readonly decline?: Decline;
  /** When nobody is there to be asked. */
  readonly declineOffSession?: Decline;
}

/** What a customer types into the page, by what comes of it. Numbers end as those of Stripe's own test cards. */
export const CARDS = {
  visa: { brand: 'visa', last4: '4242' },
  declined: { brand: 'visa', last4: '0002', decline: { code: 'card_declined', decline_code: 'generic_decline' } },
  insufficient_funds: {
    brand: 'visa',
    last4: '9995',
    decline: { code: 'card_declined', decline_code: 'insufficient_funds' },
  },
  /** Good while the customer is there, declined when nobody is. */
  confirmed_only: {
    brand: 'visa',
    last4: '3155',
    declineOffSession: { code: 'authentication_required', decline_code: 'authentication_required' },
  },
  /** Good once, declined ever after. */
  emptied: {
    brand: 'visa',
    last4: '0341',
    declineOffSession: { code: 'card_declined', decline_code: 'insufficient_funds' },
  },
  /** Takes days; how it ends is said by `settle`. */
  sepa_debit: { brand: 'sepa_debit', last4: '3000' },
} as const satisfies Record<string, Card>;
export type CardName = keyof typeof CARDS;

export function cardNamed(name: CardName): Card {
  return CARDS[name];
}
