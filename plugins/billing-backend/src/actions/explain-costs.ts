import type { Queries } from '@portico/plugin-kit/backend';
import { errorsOf } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import {
  billingErrors,
  COST_GROUPS_MAX,
  TIMELINE_BUCKETS_MAX,
  TIMELINE_GROUPS_MAX,
} from '@portico/plugin-billing/contract';
import { beginOf, ceilingOf, nextOf } from '../domain/rollup-periods';
import type { Grain } from '../domain/rollup-periods';
import type { BillingServices } from '../services';
import type { DimensionFilter } from '../store/metered-cost';
import { costByGroup, costOverTime, creditsByGroup } from '../store/rollups';
import type { CostQuery, GroupBy } from '../store/rollups';

const billing = errorsOf(billingErrors);

/** A table of costs reads a row per hour at worst at its ends; ten years are as many as anybody keeps. */
const COST_YEARS_MAX = 10;
const YEAR_MILLISECONDS = 366 * 24 * 3_600_000;

/** What a group of costs is called: none of its own is the empty text in the store. */
export interface Group {
  readonly kind: 'group' | 'none' | 'other';
  readonly key: string | null;
  readonly label: string | null;
}

/** Who knows what things are called. */
type Namers = Pick<BillingServices, 'access' | 'skuNames'>;

const OTHER: Group = { kind: 'other', key: null, label: null };

interface Asked {
  readonly filter: DimensionFilter;
  readonly from: number;
  readonly to: number;
  readonly groupBy: GroupBy;
  readonly now: number;
}

interface CostTable {
  readonly from: number;
  readonly to: number;
  readonly total: Micros;
  readonly credited: Micros;
  readonly gpuSeconds: number;
  readonly groups: readonly (Group & { cost: Micros; credited: Micros; gpuSeconds: number })[];
}

/** Costs of a period by group, the most expensive first; those beyond the maximum as one. */
export async function costTable(queries: Queries, services: Namers, asked: Asked): Promise<CostTable> {
  const { from, to, query } = reckoned(asked, 'hour');
  if (to - from > COST_YEARS_MAX * YEAR_MILLISECONDS)
    throw billing.fail('period_too_long', { details: { years_max: COST_YEARS_MAX } });
  const rows = query === null ? [] : await costByGroup(queries, query);
  const credits = query === null ? new Map<string, Micros>() : await creditsByGroup(queries, query);
  const lines = rows.map(row => ({
    key: row.group_key,
    cost: row.cost_micros,
    credited: credits.get(row.group_key) ?? 0n,
    gpuMilliseconds: row.gpu_milliseconds,
  }));
  const named = lines.slice(0, COST_GROUPS_MAX);
  const groups = await groupsOf(queries, services, { keys: named.map(line => line.key), asked });
  const line = (of: Group, sum: readonly (typeof lines)[number][]) => ({
    ...of,
    cost: sum.reduce((all, one) => all + one.cost, 0n),
    credited: sum.reduce((all, one) => all + one.credited, 0n),
    gpuSeconds: Math.floor(sum.reduce((all, one) => all + one.gpuMilliseconds, 0) / 1000),
  });
  const others = lines.slice(COST_GROUPS_MAX);
  const all = line(OTHER, lines);
  return {
    from,
    to,
    total: all.cost,
    credited: all.credited,
    gpuSeconds: all.gpuSeconds,
    groups: [
      ...named.map((one, place) => line(groups[place] as Group, [one])),
      ...(others.length === 0 ? [] : [line(OTHER, others)]),
    ],
  };
}

interface Timeline {
  readonly from: number;
  readonly to: number;
  readonly total: Micros;
  readonly buckets: readonly { readonly begin: number; readonly end: number; readonly total: Micros }[];
  /** Amounts are one for each bucket. */
  readonly series: readonly (Group & { total: Micros; amounts: readonly Micros[] })[];
}

/** Costs of a period in buckets, with a series for each of the most expensive groups and one for the rest. */
export async function timeline(queries: Queries, services: Namers, asked: Asked & { grain: Grain }): Promise<Timeline> {
  const { grain } = asked;
  const { from, to, query } = reckoned(asked, grain);
  const begins: number[] = [];
  for (let begin = from; begin < to; begin = nextOf(grain, begin)) {
    if (begins.length === TIMELINE_BUCKETS_MAX)
      throw billing.fail('period_too_long', { details: { interval: grain, buckets_max: TIMELINE_BUCKETS_MAX } });
    begins.push(begin);
  }
  const ranked = query === null || asked.groupBy === 'none' ? [] : await costByGroup(queries, query);
  const keys = asked.groupBy === 'none' ? [''] : ranked.slice(0, TIMELINE_GROUPS_MAX).map(row => row.group_key);
  const rows = query === null ? [] : await costOverTime(queries, { ...query, grain, groups: keys });

  const placeOf = new Map(begins.map((begin, place) => [begin, place]));
  const amountsOf = new Map<string | null, Micros[]>();
  const series = (key: string | null) => {
    const amounts = amountsOf.get(key) ?? begins.map(() => 0n);
    amountsOf.set(key, amounts);
    return amounts;
  };
  for (const key of keys) series(key);
  for (const row of rows) {
    const place = placeOf.get(beginOf(grain, row.begins_at));
    if (place === undefined) throw new Error(`usage at ${row.begins_at} lies outside of what was asked`);
    const amounts = series(row.group_key);
    amounts[place] = (amounts[place] ?? 0n) + row.cost_micros;
  }
  const groups = await groupsOf(queries, services, { keys, asked });
  const named = keys.map((key, place) => ({ ...(groups[place] as Group), amounts: series(key) }));
  const rest = amountsOf.get(null);
  const all = rest === undefined ? named : [...named, { ...OTHER, amounts: rest }];
  const buckets = begins.map((begin, place) => ({
    begin,
    end: nextOf(grain, begin),
    total: sumOf(all.map(({ amounts }) => amounts[place] ?? 0n)),
  }));
  return {
    from,
    to,
    buckets,
    total: sumOf(buckets.map(({ total }) => total)),
    series: all.map(one => ({ ...one, total: sumOf(one.amounts) })),
  };
}

/** The period widened to whole hours, days or months, and what there is to ask for in it: null when all of it lies ahead. */
function reckoned(asked: Asked, grain: Grain): { from: number; to: number; query: CostQuery | null } {
  if (asked.from > asked.to) throw billing.fail('period_invalid');
  const from = beginOf(grain, asked.from);
  const to = Math.max(ceilingOf(grain, asked.to), from);
  const until = Math.min(to, asked.now);
  const query = { filter: asked.filter, groupBy: asked.groupBy, period: { from, to: until } };
  return { from, to, query: until > from ? query : null };
}

async function groupsOf(
  queries: Queries,
  { access, skuNames }: Namers,
  { keys, asked }: { keys: readonly string[]; asked: Pick<Asked, 'groupBy'> },
): Promise<Group[]> {
  const { groupBy } = asked;
  const ids = keys.filter(key => key !== '');
  let names: ReadonlyMap<string, string> = new Map();
  if (ids.length > 0 && groupBy === 'project') names = await access.names(queries, { projects: ids });
  if (ids.length > 0 && groupBy === 'department') names = await access.names(queries, { departments: ids });
  if (ids.length > 0 && groupBy === 'sku') names = await skuNames.ofSkus(queries, ids);
  if (ids.length > 0 && groupBy === 'user') names = await access.usernames(queries, ids);
  return keys.map(key => {
    if (key === '') return { kind: 'none', key: null, label: null };
    return { kind: 'group', key, label: typeof groupBy === 'object' ? key : (names.get(key) ?? null) };
  });
}

function sumOf(amounts: readonly Micros[]): Micros {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}
