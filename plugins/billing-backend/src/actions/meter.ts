import type { Transaction } from '@portico/plugin-kit/backend';
import { costAt, meteredUntil } from '../domain/metering';
import { lockCustomer } from '../store/customers';
import { markStarted, markStopped, metersOf, scopeOf } from '../store/meters';
import { markForRollup } from '../store/rollups';
import { takeBackCredits } from './credit-outage';
import { CustomerLedger } from './customer-ledger';

/** From the instant the allocation became active. Does nothing when it was started before, or stopped already. */
export async function startMeter(tx: Transaction, meter: { allocationId: string; at: number }): Promise<void> {
  const [row] = await metersOf(tx, [meter.allocationId]);
  if (row === undefined || row.started_at !== null || row.stopped_at !== null) return;
  await lockCustomer(tx, row.organization_id);
  await markStarted(tx, meter);
  await markForRollup(tx, { organizationId: row.organization_id, from: meter.at });
}

/** Up to the instant release was requested or life was last proven; posts what is owed and gives back the rest of the hold. */
export async function stopMeter(
  tx: Transaction,
  stop: { allocationId: string; at: number; correlationId?: string },
): Promise<void> {
  const { allocationId } = stop;
  const [row] = await metersOf(tx, [allocationId]);
  if (row === undefined || row.stopped_at !== null) return;
  const customer = await lockCustomer(tx, row.organization_id);
  const meter = customer?.meters.find(one => one.allocationId === allocationId);
  // Stopped by another transaction before we had the lock.
  if (customer === undefined || meter === undefined) return;

  const ledger = new CustomerLedger(tx, customer, stop.correlationId);
  const scope = { ...scopeOf(row), allocationId };
  const through = meteredUntil(meter, stop.at);
  const total = costAt(meter, stop.at);
  if (through !== null && through !== meter.postedThroughAt)
    await ledger.postUsage({ scope, through, total, first: 'hold' });
  if (through !== null) await takeBackCredits(tx, ledger, { row, through });
  await ledger.releaseHold(scope);
  if (through !== null) await markForRollup(tx, { organizationId: row.organization_id, from: through });
  await markStopped(tx, { allocationId, at: through ?? stop.at, ran: through !== null, cost: total });
}
