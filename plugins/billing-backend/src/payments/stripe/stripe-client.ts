import Stripe from 'stripe';

/**
 * The version of Stripe's API this provider was written against, which is that of the SDK's types: answers keep this shape whatever the account's default is. Events have
 * the version of their endpoint, so `stripe-events.ts` reads none of the fields that versions disagree on.
 */
const API_VERSION = '2026-10-28.endive';
/** A charge of a card is answered within seconds; nobody at a checkout waits longer for us. */
const TIMEOUT_MILLISECONDS = 20_000;
/** Repetitions of a call whose reply never came, by the SDK, under the same idempotency key; half a second to five seconds apart. */
const NETWORK_RETRIES = 2;

export interface StripeSettings {
  /** `sk_…` or a restricted `rk_…`. */
  readonly secretKey: string;
  /** `whsec_…` of the webhook endpoint. */
  readonly webhookSecret: string;
  /** Where the API is instead of at Stripe: a stand-in, in tests. */
  readonly apiBase?: string;
}

/** How long to wait and how often to ask. Only tests have less. */
export interface StripePatience {
  readonly timeoutMilliseconds?: number;
  readonly networkRetries?: number;
}

export function openStripe(settings: StripeSettings, patience: StripePatience): Stripe {
  return new Stripe(settings.secretKey, {
    apiVersion: API_VERSION,
    timeout: patience.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS,
    maxNetworkRetries: patience.networkRetries ?? NETWORK_RETRIES,
    // Says how long calls took; nobody asked for it.
    telemetry: false,
    appInfo: { name: 'Portico' },
    ...(settings.apiBase === undefined ? {} : addressOf(new URL(settings.apiBase))),
  });
}

function addressOf(base: URL): { host: string; port: string; protocol: 'http' | 'https' } {
  const protocol = base.protocol === 'http:' ? 'http' : 'https';
  return { host: base.hostname, port: base.port === '' ? (protocol === 'http' ? '80' : '443') : base.port, protocol };
}

/** Test keys charge no card: `sk_test_…`, `rk_test_…`. */
export function isTestKey(secretKey: string): boolean {
  return /^[a-z]+_test_/.test(secretKey);
}
