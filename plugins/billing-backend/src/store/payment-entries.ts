import type { Queries } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import { inList } from './in-list';
import type { EntryKind } from './ledger';
import type { PaymentRow } from './payments';

/** Refunds and disputes of one payment that are shown: many times what any has. */
const SHOWN_MAX = 100;

export interface MoneyOfPayment {
  readonly entries: readonly {
    readonly entry_id: string;
    readonly kind: EntryKind;
    readonly amount_micros: Micros;
    readonly description: string;
    readonly created_at: number;
  }[];
  readonly refunds: readonly {
    readonly refund_id: string;
    readonly status: string;
    readonly amount_micros: Micros;
    readonly requested_at: number;
  }[];
  readonly disputes: readonly {
    readonly dispute_id: string;
    readonly status: string;
    readonly amount_micros: Micros;
    readonly reason: string;
    readonly opened_at: number;
  }[];
}

/** All that moved because of a payment, found by the references of its entries. Oldest first. */
export async function entriesOfPayment(
  queries: Queries,
  payment: Pick<PaymentRow, 'payment_id' | 'organization_id'>,
): Promise<MoneyOfPayment> {
  const refunds = await queries.all<MoneyOfPayment['refunds'][number]>(
    `SELECT refund_id, status, amount_micros, requested_at FROM billing_refunds WHERE payment_id = ?
     ORDER BY requested_at, refund_id LIMIT ?`,
    [payment.payment_id, SHOWN_MAX],
  );
  const disputes = await queries.all<MoneyOfPayment['disputes'][number]>(
    `SELECT dispute_id, status, amount_micros, reason, opened_at FROM billing_disputes WHERE payment_id = ?
     ORDER BY opened_at, dispute_id LIMIT ?`,
    [payment.payment_id, SHOWN_MAX],
  );
  const references = [
    `payment:${payment.payment_id}`,
    ...refunds.flatMap(({ refund_id: id }) => [
      `refund:${id}`,
      `refund_settlement:${id}`,
      `refund_unsettlement:${id}`,
      `refund_reversal:${id}`,
    ]),
    ...disputes.flatMap(({ dispute_id: id }) => [`dispute:${id}`, `dispute_reversal:${id}`]),
  ];
  const asked = inList(references);
  const entries = await queries.all<MoneyOfPayment['entries'][number] & { reference: string }>(
    `SELECT reference, entry_id, kind, amount_micros, description, created_at FROM billing_entries
     WHERE organization_id = ? AND reference IN ${asked.sql}`,
    [payment.organization_id, ...asked.parameters],
  );
  // Those of one instant in the order in which one follows from the other.
  entries.sort(
    (one, other) =>
      one.created_at - other.created_at || references.indexOf(one.reference) - references.indexOf(other.reference),
  );
  return { entries, refunds, disputes };
}
