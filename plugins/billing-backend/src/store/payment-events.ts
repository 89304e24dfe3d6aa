import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import type { DisputeFacts, ProviderEvent, RefundFacts } from '../payments/payment-provider';

/** What came of a message. `unknown`: of nothing known here, kept because it may come to be known. */
export type EventOutcome = 'applied' | 'unchanged' | 'mismatch' | 'unknown' | 'ignored';

export interface PaymentEventRow {
  readonly event_id: string;
  readonly type: string;
  readonly outcome: EventOutcome;
  readonly occurred_at: number;
  readonly received_at: number;
}

/** Newest first are shown; more than this nobody reads, and no payment has. */
const EVENTS_SHOWN_MAX = 200;

/** Writes the message down before it is applied, so that it is applied once. False when it was told before. */
export async function recordEvent(
  tx: Transaction,
  options: { provider: string; event: ProviderEvent },
): Promise<boolean> {
  const { provider, event } = options;
  const inserted = await tx.run(
    `INSERT INTO billing_payment_events (payev_id, provider, event_id, kind, type, payment_id, provider_payment_id, facts_json, outcome, occurred_at, received_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'ignored', ?, ?) ON CONFLICT (provider, event_id) DO NOTHING`,
    [
      newId('payev', tx.now),
      provider,
      event.eventId,
      event.kind,
      event.type,
      event.kind === 'payment' ? event.facts.paymentId : null,
      event.kind === 'payment' || event.kind === 'refund' || event.kind === 'dispute'
        ? event.facts.providerPaymentId
        : null,
      event.kind === 'refund' || event.kind === 'dispute' ? written(event.facts) : null,
      event.occurredAt,
      tx.now,
    ],
  );
  return inserted === 1;
}

export async function setEventOutcome(
  tx: Transaction,
  options: { provider: string; eventId: string; outcome: EventOutcome; paymentId?: string | undefined },
): Promise<void> {
  const { provider, eventId, outcome, paymentId } = options;
  await tx.run(
    `UPDATE billing_payment_events SET outcome = ?, payment_id = coalesce(?, payment_id) WHERE provider = ? AND event_id = ?`,
    [outcome, paymentId ?? null, provider, eventId],
  );
}

export async function eventsOfPayment(
  queries: Queries,
  payment: { paymentId: string; provider: string; providerPaymentId: string | null },
): Promise<PaymentEventRow[]> {
  const rows = await queries.all<PaymentEventRow>(
    `SELECT event_id, type, outcome, occurred_at, received_at FROM billing_payment_events
     WHERE provider = ? AND (payment_id = ? OR provider_payment_id = ?) ORDER BY received_at DESC, payev_id DESC LIMIT ?`,
    [payment.provider, payment.paymentId, payment.providerPaymentId, EVENTS_SHOWN_MAX],
  );
  return rows.reverse();
}

export interface KeptEvent {
  readonly event_id: string;
  readonly kind: 'refund' | 'dispute';
  readonly facts_json: string;
  readonly payment_id: string;
}

/** Refunds and disputes that came before anything was known of their payment, which by now is. */
export async function keptEvents(queries: Queries, options: { provider: string; limit: number }): Promise<KeptEvent[]> {
  return queries.all<KeptEvent>(
    `SELECT event.event_id, event.kind, event.facts_json, payment.payment_id FROM billing_payment_events AS event
     JOIN billing_payments AS payment ON payment.provider = event.provider AND payment.provider_payment_id = event.provider_payment_id
     WHERE event.provider = ? AND event.outcome = 'unknown' AND event.kind IN ('refund', 'dispute') AND payment.status = 'completed'
     ORDER BY event.occurred_at, event.event_id LIMIT ?`,
    [options.provider, options.limit],
  );
}

/** Locks a kept message; false when another replica was faster. */
export async function lockKeptEvent(tx: Transaction, options: { provider: string; eventId: string }): Promise<boolean> {
  const row = await tx.first(
    `SELECT event_id FROM billing_payment_events WHERE provider = ? AND event_id = ? AND outcome = 'unknown'${tx.forUpdate}`,
    [options.provider, options.eventId],
  );
  return row !== undefined;
}

/** JSON has no integers of this size, so amounts are written as text. */
function written(facts: RefundFacts | DisputeFacts): string {
  return JSON.stringify({ ...facts, amount: facts.amount.toString() });
}

export function factsWritten<Facts extends RefundFacts | DisputeFacts>(json: string): Facts {
  const read = JSON.parse(json) as Omit<Facts, 'amount'> & { amount: string };
  return { ...read, amount: BigInt(read.amount) } as unknown as Facts;
}
