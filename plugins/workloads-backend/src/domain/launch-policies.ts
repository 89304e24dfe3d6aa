import type { PolicyName, SpendLimit } from '@portico/plugin-access/contract';
import type { ResolvedPolicies, SetPolicy } from '@portico/plugin-access/port';
import { type Micros, type Money, toMoney } from '@portico/plugin-kit/contract';

/**
 * What policies say to a launch. Lists apply to everybody; limits on what is used hold for the organization, the project and the user, each for what it
 * uses itself, and a launch has to stay within all of them. A limit of money in another currency than the account's is none: they cannot be compared.
 */
export interface Usage {
  readonly allocations: number;
  readonly gpus: number;
  readonly pricePerHour: Micros;
}
export interface PolicyUsage {
  readonly organization: Usage;
  readonly project: Usage;
  readonly user: Usage;
}
/** Used since the first of the month, and held. */
export interface Committed {
  readonly organization: Micros;
  readonly project: Micros;
  readonly user: Micros;
}

type Subject = keyof PolicyUsage;

/** A policy forbids or is exceeded, which refuses the launch, or only warns. */
export interface PolicyObjection {
  readonly kind: 'forbidden' | 'exceeded' | 'warning';
  readonly details: Readonly<Record<string, unknown>>;
}

/** Regions a launch may be in: the one it asks for, else those its hardware is sold in, as far as a policy allows them. Null is any; none is left where it forbids them all. */
export function regionsFor(
  policies: Pick<ResolvedPolicies, 'allowed_regions'>,
  launch: { readonly region: string | undefined; readonly soldIn: readonly string[] | null },
): readonly string[] | null {
  const wanted = launch.region === undefined ? launch.soldIn : [launch.region];
  const allowed = policies.allowed_regions.value;
  if (allowed === null || wanted === null) return wanted ?? allowed;
  return wanted.filter(region => allowed.includes(region));
}

/** A policy that leaves none of the regions the launch could be in. */
export function regionForbiddenBy(
  policies: Pick<ResolvedPolicies, 'allowed_regions'>,
  launch: { readonly region: string | undefined; readonly soldIn: readonly string[] | null },
): readonly PolicyObjection[] {
  if (regionsFor(policies, launch)?.length !== 0) return [];
  const { value, source } = policies.allowed_regions;
  const region = launch.region ?? null;
  return [{ kind: 'forbidden', details: { policy: 'allowed_regions', region, regions: value, ...whereSet(source) } }];
}

/** What may not be launched at all. */
export function forbiddenBy(
  policies: Pick<ResolvedPolicies, 'allowed_skus' | 'allowed_images'>,
  request: { readonly skuId: string; readonly imageId: string },
): readonly PolicyObjection[] {
  const objections: PolicyObjection[] = [];
  const lists = [
    ['allowed_skus', request.skuId, { sku_id: request.skuId }],
    ['allowed_images', request.imageId, { image_id: request.imageId }],
  ] as const;
  for (const [policy, id, named] of lists) {
    const forbidding = policies[policy].counting.find(one => !one.value.includes(id));
    if (forbidding === undefined) continue;
    objections.push({ kind: 'forbidden', details: { policy, ...named, ...whereSet(forbidding) } });
  }
  return objections;
}

/** Of a launch of `count` alike beside what is used; `pricePerHour` and `gpuCount` are those of one. Without a price nothing is said of money. */
export function exceededBy(
  policies: ResolvedPolicies,
  launch: {
    readonly gpuCount: number;
    readonly count: number;
    readonly pricePerHour: Micros | undefined;
    readonly currency: string;
  },
  used: { readonly usage: PolicyUsage; readonly committed: Committed | undefined; readonly hold: Micros },
): readonly PolicyObjection[] {
  const { usage, committed } = used;
  const { gpuCount, count: copies, pricePerHour, currency } = launch;
  const objections: PolicyObjection[] = [];
  const count = (policy: PolicyName, set: SetPolicy<number>, numbers: { current: number; more: number }) => {
    if (numbers.current + numbers.more <= set.value) return;
    objections.push({
      kind: 'exceeded',
      details: {
        quota: policy,
        limit: set.value,
        current: numbers.current,
        requested: numbers.more,
        ...whereSet(set),
      },
    });
  };
  const spend = (policy: PolicyName, set: SetPolicy<SpendLimit>, sums: { current: Micros; more: Micros }) => {
    const { limit, mode } = set.value;
    if (limit.currency !== currency || sums.current + sums.more <= BigInt(limit.amount)) return;
    const money = (amount: Micros): Money => toMoney(amount, currency);
    objections.push({
      kind: mode === 'stop' ? 'exceeded' : 'warning',
      details: { quota: policy, limit, current: money(sums.current), requested: money(sums.more), ...whereSet(set) },
    });
  };
  for (const set of policies.concurrent_allocations.counting)
    count('concurrent_allocations', set, { current: usage[subjectOf(set)].allocations, more: copies });
  for (const set of policies.gpus_per_project.counting)
    count('gpus_per_project', set, { current: usage.project.gpus, more: gpuCount * copies });
  if (pricePerHour === undefined) return nearestOnly(objections);
  for (const set of policies.spend_per_hour.counting)
    spend('spend_per_hour', set, { current: usage[subjectOf(set)].pricePerHour, more: pricePerHour * BigInt(copies) });
  if (committed !== undefined)
    for (const set of policies.spend_per_month.counting)
      spend('spend_per_month', set, { current: committed[subjectOf(set)], more: used.hold });
  return nearestOnly(objections);
}

/** Of several limits of one kind that stand in the way, the one set nearest to the person is told: counting goes from wide to narrow. */
function nearestOnly(objections: readonly PolicyObjection[]): readonly PolicyObjection[] {
  const told = new Map<unknown, PolicyObjection>();
  for (const one of objections) told.set(`${String(one.details.quota)} ${one.kind}`, one);
  return [...told.values()];
}

/** Whose use a limit is about: of what is set further out, all of the organization's. */
function subjectOf({ level }: SetPolicy): Subject {
  return level === 'project' || level === 'user' ? level : 'organization';
}

function whereSet({ level, subjectId }: Pick<SetPolicy, 'level' | 'subjectId'>) {
  return { level, subject_id: subjectId };
}

/** Midnight UTC of the first of the month: since when a month's spending counts. */
export function monthBegin(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}
