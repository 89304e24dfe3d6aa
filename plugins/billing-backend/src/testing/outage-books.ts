import type { Queries } from '@portico/plugin-kit/backend';
import { costOfTime } from '../domain/metering';

interface Credited {
  readonly allocation_id: string;
  readonly from_at: number;
  readonly to_at: number;
  readonly amount_micros: bigint;
  readonly price_per_hour_micros: bigint;
  readonly started_at: number;
  readonly stopped_at: number | null;
}

/** What was given back for outages is the price of time that was charged, each instant once, and is what the ledger says. */
export async function outageCreditsAreInTheLedger(queries: Queries): Promise<string[]> {
  const problems: string[] = [];
  const credits = await queries.all<Credited>(
    `SELECT credit.allocation_id, from_at, to_at, amount_micros, price_per_hour_micros, started_at, stopped_at
    FROM billing_outage_credits AS credit JOIN billing_meters AS meter ON meter.allocation_id = credit.allocation_id
    ORDER BY credit.allocation_id, from_at`,
  );
  const given = new Map<string, bigint>();
  let before: Credited | undefined;
  for (const credit of credits) {
    const id = credit.allocation_id;
    const cost = (at: number) =>
      costOfTime({ pricePerHour: credit.price_per_hour_micros, milliseconds: at - credit.started_at });
    const charged = cost(credit.to_at) - cost(credit.from_at);
    if (charged !== credit.amount_micros)
      problems.push(`${id} was credited ${credit.amount_micros} for time that cost ${charged}`);
    if (credit.from_at < credit.started_at || credit.to_at > (credit.stopped_at ?? Infinity))
      problems.push(`${id} was credited for time in which it was not metered`);
    if (before?.allocation_id === id && before.to_at > credit.from_at)
      problems.push(`${id} was credited twice for ${credit.from_at}`);
    given.set(id, (given.get(id) ?? 0n) + credit.amount_micros);
    before = credit;
  }
  const entries = await queries.all<{ allocation_id: string; sum_micros: bigint }>(
    `SELECT allocation_id, sum(amount_micros) AS sum_micros FROM billing_entries WHERE reference LIKE 'outage%' GROUP BY allocation_id`,
  );
  const posted = new Map(entries.map(row => [row.allocation_id, row.sum_micros]));
  for (const id of new Set([...given.keys(), ...posted.keys()]))
    if ((given.get(id) ?? 0n) !== (posted.get(id) ?? 0n))
      problems.push(`${id} was credited ${given.get(id) ?? 0n} for outages, the ledger says ${posted.get(id) ?? 0n}`);
  return problems;
}
