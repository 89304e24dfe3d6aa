import { policies } from '@portico/plugin-access/contract';
import type { PolicyLevel, PolicyName, PolicyValue, SpendLimit } from '@portico/plugin-access/contract';
import type { RunningAllocation } from '@portico/plugin-access/port';

/**
 * Of what runs, what is beyond a value. Of most policies what would not be launched any more under a value: all of a kind that is not allowed, and of each one limited what it has launched last, as far as
 * it goes beyond; of the idle limit what nobody has used for longer. `running` is newest first, and so is the answer.
 */
export function beyondPolicy(
  name: PolicyName,
  options: { level: PolicyLevel; value: PolicyValue | null; running: readonly RunningAllocation[]; now: number },
): readonly RunningAllocation[] {
  const { value, running } = options;
  if (value === null) return [];
  if (name === 'allowed_skus') return running.filter(one => !(value as readonly string[]).includes(one.skuId));
  if (name === 'allowed_images') return running.filter(one => !(value as readonly string[]).includes(one.imageId));
  if (name === 'allowed_regions')
    return running.filter(({ region }) => region !== null && !(value as readonly string[]).includes(region));
  if (name === 'idle_limit_seconds') {
    const idleBefore = options.now - (value as number) * 1000;
    return running.filter(({ idleSince }) => idleSince !== null && idleSince < idleBefore);
  }
  const measured = measures[name];
  if (measured === undefined) return [];
  const limit = limitOf(value);
  const counted = running.filter(one => limit.currency === null || one.currency === limit.currency);
  const used = new Map<string, bigint>();
  const beyond = new Set<RunningAllocation>();
  for (const one of counted.toReversed()) {
    const subject = limitedSubject(name, options.level, one);
    const sum = (used.get(subject) ?? 0n) + measured(one);
    used.set(subject, sum);
    if (sum > limit.amount) beyond.add(one);
  }
  return running.filter(one => beyond.has(one));
}

const measures: Partial<Record<PolicyName, (one: RunningAllocation) => bigint>> = {
  concurrent_allocations: () => 1n,
  gpus_per_project: one => BigInt(one.gpuCount),
  spend_per_hour: one => one.pricePerHour,
};

function limitOf(value: PolicyValue): { amount: bigint; currency: string | null } {
  if (typeof value === 'number') return { amount: BigInt(value), currency: null };
  const { limit } = value as SpendLimit;
  return { amount: BigInt(limit.amount), currency: limit.currency };
}

/** Whose use is added up. */
function limitedSubject(name: PolicyName, level: PolicyLevel, one: RunningAllocation): string {
  if (policies[name].per === 'everyone' || level === 'project') return one.projectId;
  return level === 'user' ? one.userId : one.organizationId;
}
