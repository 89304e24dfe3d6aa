import type { Transaction } from '@portico/plugin-kit/backend';
import { beginOf, nextOf } from '../domain/rollup-periods';
import { HOUR_MILLISECONDS } from '../domain/metering';
import { dropRollups, isMeteredFrom, lockForRollup, rollUp, rollUpHours, saveRollupMark } from '../store/rollups';

/** Hours made in one transaction, while the customer's money waits: a day after a long stop of the portal, and one hour as a rule. */
const HOURS_MAX = 24;

/**
 * Makes the rollups of one customer from where they end to the last full hour, and of the days and months that are over by then. They are sums over the meters, made under the lock of the
 * customer, so making them twice, late or after a crash in between changes nothing. True when there is more to do.
 */
export async function rollUpCustomer(tx: Transaction, organizationId: string): Promise<boolean> {
  const from = await lockForRollup(tx, organizationId);
  const full = beginOf('hour', tx.now);
  if (from === null || from >= full) return false;
  const to = Math.min(full, from + HOURS_MAX * HOUR_MILLISECONDS);
  await dropRollups(tx, { organizationId, from });
  await rollUpHours(tx, { organizationId, from, to });
  const goesOn = await isMeteredFrom(tx, { organizationId, at: to });
  // While nothing runs, the day and the month under way are as they will stay; a start makes them anew.
  const isMade = (end: number) => end <= to || !goesOn;
  for (const grain of ['day', 'month'] as const) {
    for (let begin = beginOf(grain, from); begin < to && isMade(nextOf(grain, begin)); begin = nextOf(grain, begin))
      await rollUp(tx, { organizationId, grain, begin, end: nextOf(grain, begin) });
  }
  await saveRollupMark(tx, { organizationId, from: goesOn ? to : null });
  return goesOn && to < full;
}
