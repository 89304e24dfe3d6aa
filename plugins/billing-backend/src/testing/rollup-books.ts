import type { Queries } from '@portico/plugin-kit/backend';
import { costOfTime } from '../domain/metering';
import { nextOf } from '../domain/rollup-periods';
import type { Grain } from '../domain/rollup-periods';

interface Metered {
  readonly allocation_id: string;
  readonly organization_id: string;
  readonly price_per_hour_micros: bigint;
  readonly gpu_count: number;
  readonly started_at: number;
  readonly capped_at: number | null;
  readonly stopped_at: number | null;
}

/** Rollups come to what the meters say, to the micro-unit and the millisecond; days are their hours and months their days. Up to where they are made: from there on they do not count. */
export async function rollupsEqualMeters(queries: Queries): Promise<string[]> {
  const customers = await queries.all<{ organization_id: string; rollup_from_at: number | null }>(
    'SELECT organization_id, rollup_from_at FROM billing_customers',
  );
  const madeUntil = new Map(customers.map(row => [row.organization_id, row.rollup_from_at ?? Infinity]));
  const meters = await queries.all<Metered>(
    `SELECT allocation_id, organization_id, price_per_hour_micros, gpu_count, started_at, capped_at, stopped_at FROM billing_meters WHERE started_at IS NOT NULL`,
  );
  const problems: string[] = [];
  const expected = new Map<string, { cost: bigint; gpuMilliseconds: number }>();
  for (const meter of meters) {
    const id = meter.organization_id;
    const until = madeUntil.get(id) ?? Infinity;
    if (meter.stopped_at === null && until === Infinity)
      problems.push(`${meter.allocation_id} runs, and the rollups of ${id} say that nothing does`);
    const end = Math.min(meter.stopped_at ?? meter.capped_at ?? Infinity, until);
    const milliseconds = Math.max(0, end - meter.started_at);
    if (!Number.isFinite(milliseconds)) continue;
    const sum = expected.get(id) ?? { cost: 0n, gpuMilliseconds: 0 };
    expected.set(id, {
      cost: sum.cost + costOfTime({ pricePerHour: meter.price_per_hour_micros, milliseconds }),
      gpuMilliseconds: sum.gpuMilliseconds + milliseconds * meter.gpu_count,
    });
  }
  const rows = await queries.all<{
    organization_id: string;
    grain: Grain;
    begins_at: number;
    cost_micros: bigint;
    gpu_milliseconds: number;
  }>(
    'SELECT organization_id, grain, begins_at, sum(cost_micros) AS cost_micros, sum(gpu_milliseconds) AS gpu_milliseconds FROM billing_rollups GROUP BY organization_id, grain, begins_at',
  );
  const made = rows.filter(row => nextOf(row.grain, row.begins_at) <= (madeUntil.get(row.organization_id) ?? Infinity));
  for (const { organization_id: id } of customers) {
    const own = made.filter(row => row.organization_id === id);
    const hours = own.filter(row => row.grain === 'hour');
    const sum = total(hours);
    const wanted = expected.get(id) ?? { cost: 0n, gpuMilliseconds: 0 };
    if (sum.cost !== wanted.cost || sum.gpuMilliseconds !== wanted.gpuMilliseconds)
      problems.push(
        `the rollups of ${id} come to ${sum.cost} and ${sum.gpuMilliseconds} ms, its meters to ${wanted.cost} and ${wanted.gpuMilliseconds} ms`,
      );
    for (const row of own.filter(({ grain }) => grain !== 'hour')) {
      const end = nextOf(row.grain, row.begins_at);
      const parts = total(hours.filter(({ begins_at: at }) => at >= row.begins_at && at < end));
      if (parts.cost !== row.cost_micros || parts.gpuMilliseconds !== row.gpu_milliseconds)
        problems.push(
          `the ${row.grain} ${row.begins_at} of ${id} is ${row.cost_micros}, its hours come to ${parts.cost}`,
        );
    }
  }
  return problems;
}

function total(rows: readonly { cost_micros: bigint; gpu_milliseconds: number }[]) {
  return {
    cost: rows.reduce((sum, row) => sum + row.cost_micros, 0n),
    gpuMilliseconds: rows.reduce((sum, row) => sum + row.gpu_milliseconds, 0),
  };
}
