import type { Outbox, Transaction } from '@portico/plugin-kit/backend';
import { toMoney } from '@portico/plugin-kit/contract';
import type { BillingPort } from '@portico/plugin-billing/port';
import { depletedSince } from '../domain/balance';
import { burnsAt, costAt, meteredUntil } from '../domain/metering';
import { outageInWords, without } from '../domain/outage';
import type { BillingPolicy } from '../policy';
import { lockCustomer } from '../store/customers';
import type { Customer } from '../store/customers';
import { metersOf, scopeOf } from '../store/meters';
import type { MeterRow } from '../store/meters';
import { insertOutageCredit, outageCreditsOf, shortenOutageCredit } from '../store/outage-credits';
import { CustomerLedger } from './customer-ledger';

const BILLING = { type: 'system', id: 'billing' } as const;

/**
 * Gives back what time in which a node could not be reached has cost an allocation on it. Exactly what it cost: the same function over the same time, so time that was not metered, or
 * was beyond the end of the money, gives nothing back. Time that was credited before is not credited again, however often it is told.
 */
export async function creditOutage(
  tx: Transaction,
  deps: { readonly policy: BillingPolicy; readonly outbox: Outbox },
  outage: Parameters<BillingPort['creditOutage']>[1],
): Promise<void> {
  const { allocationId, nodeName, correlationId } = outage;
  if (outage.to - outage.from < deps.policy.outageCredit.afterSeconds * 1000) return;
  const [known] = await metersOf(tx, [allocationId]);
  if (known === undefined) return;
  const customer = await lockCustomer(tx, known.organization_id);
  const [row] = await metersOf(tx, [allocationId]);
  if (customer === undefined || row === undefined || row.started_at === null) return;

  const ledger = new CustomerLedger(tx, customer, correlationId);
  const paidUntil = spentBy(customer, { policy: deps.policy, now: tx.now });
  const end = endOf(row, Math.min(outage.to, tx.now, paidUntil));
  const metered = { from: Math.max(outage.from, row.started_at), to: end };
  const before = (await outageCreditsOf(tx, allocationId)).map(credit => ({ from: credit.from_at, to: credit.to_at }));
  for (const span of without(metered, before)) {
    const amount = costOf(row, span);
    if (amount === 0n) continue;
    const reason = outageInWords(nodeName, outage);
    const entryId = await ledger.credit({
      kind: 'adjustment',
      scope: scopeOf(row),
      amount,
      reason,
      reference: `outage:${allocationId}:${span.from}`,
      actor: BILLING,
      correlationId,
    });
    await insertOutageCredit(tx, { allocationId, organizationId: row.organization_id, nodeName, ...span, amount });
    await deps.outbox.append(tx, {
      eventType: 'billing.credited',
      correlationId,
      organizationId: row.organization_id,
      resource: { type: 'organization', id: row.organization_id },
      payload: {
        organization_id: row.organization_id,
        entry_id: entryId,
        kind: 'adjustment',
        amount: toMoney(amount, customer.currency),
        reason,
        allocation_id: allocationId,
      },
    });
  }
}

/**
 * A meter turns out to have ended before time that was credited: that time is not charged at all now, so what was given back for it is taken again. Call with the end posted, in the
 * transaction that sets it.
 */
export async function takeBackCredits(
  tx: Transaction,
  ledger: CustomerLedger,
  ended: { row: MeterRow; through: number },
): Promise<void> {
  const { row, through } = ended;
  const allocationId = row.allocation_id;
  for (const credit of await outageCreditsOf(tx, allocationId)) {
    if (credit.to_at <= through) continue;
    const to = Math.max(credit.from_at, through);
    const left = costOf(row, { from: credit.from_at, to });
    await shortenOutageCredit(tx, { allocationId, from: credit.from_at, to, amount: left });
    if (left === credit.amount_micros) continue;
    await ledger.claim({
      kind: 'adjustment',
      to: 'adjustment_expense',
      scope: scopeOf(row),
      amount: credit.amount_micros - left,
      reason: `${credit.node_name} was lost for good: the time is not charged at all, so it is not credited either`,
      reference: `outage_reversal:${allocationId}:${credit.from_at}:${through}`,
      actor: BILLING,
      correlationId: null,
    });
  }
}

/** Where the next review caps what runs, should the money have ended before now: nobody is charged for more, so nothing is given back of it. */
function spentBy(customer: Customer, { policy, now }: { policy: BillingPolicy; now: number }): number {
  const starts = customer.meters.flatMap(meter =>
    burnsAt(meter, now) && meter.startedAt !== null ? [meter.startedAt] : [],
  );
  const depletedAt = starts.length === 0 ? null : depletedSince(customer, { from: Math.min(...starts), to: now });
  return depletedAt === null ? Infinity : depletedAt - 1 + policy.accrualSeconds * 1000;
}

function endOf(row: MeterRow, at: number): number {
  const meter = { startedAt: row.started_at, cappedAt: row.capped_at };
  const until = meteredUntil(meter, at) ?? at;
  return row.stopped_at === null ? until : Math.min(until, row.stopped_at);
}

function costOf(row: MeterRow, span: { from: number; to: number }): bigint {
  const meter = { startedAt: row.started_at, cappedAt: null, pricePerHour: row.price_per_hour_micros };
  return costAt(meter, span.to) - costAt(meter, span.from);
}
