import type { PaymentRow } from '../store/payments';

/** Seconds after which a payment is asked about whose provider should have spoken by then; doubled each time. */
const CHECK_SECONDS_MIN = 60;
/** Seconds between two questions about an open checkout: its life is an hour. */
const OPEN_CHECK_SECONDS_MAX = 10 * 60;
/** Seconds between two questions about one that a bank takes days for. */
const PENDING_CHECK_SECONDS_MAX = 6 * 60 * 60;
/** Doublings that matter: beyond them every limit above is passed. */
const DOUBLINGS_MAX = 16;

type Watched = Pick<PaymentRow, 'status' | 'is_pending' | 'expires_at' | 'checks'>;

/** When to ask about a payment next, should nobody say anything until then; null when nothing is left to ask. */
export function nextCheckAt(payment: Watched, now: number): number | null {
  const isUnderWay = payment.status === 'created' || payment.status === 'open';
  if (payment.is_pending === 1) return now + backoffMilliseconds(payment.checks, PENDING_CHECK_SECONDS_MAX);
  if (!isUnderWay) return null;
  const next = now + backoffMilliseconds(payment.checks, OPEN_CHECK_SECONDS_MAX);
  // Not later than its end, so that a lost message costs nobody more than that.
  return payment.expires_at !== null && payment.expires_at > now ? Math.min(next, payment.expires_at) : next;
}

function backoffMilliseconds(checks: number, secondsMax: number): number {
  return Math.min(CHECK_SECONDS_MIN * 2 ** Math.min(checks, DOUBLINGS_MAX), secondsMax) * 1000;
}
