import { policies, policyNames } from './policies';
import type { PolicyKind, PolicyLevel, PolicyName, PolicyValue, PolicyValueOf, SpendLimit } from './policies';

/** A value somebody has set, or the one that holds while nobody has. */
export interface SetPolicy<Value = PolicyValue> {
  readonly level: PolicyLevel | 'default';
  /** The user, project, organization or plan; null for the platform and the default. */
  readonly subjectId: string | null;
  readonly value: Value;
}

export interface ResolvedPolicy<Value = PolicyValue> {
  /** The tightest of what counts; null: nothing is limited, demanded or given. */
  readonly value: Value | null;
  readonly source: Pick<SetPolicy, 'level' | 'subjectId'>;
  /** All that counts, the base first, then from the widest to the narrowest. Limits on what a subject uses hold all at once. */
  readonly counting: readonly SetPolicy<Value>[];
}

export type ResolvedPolicies = { readonly [Name in PolicyName]: ResolvedPolicy<PolicyValueOf<Name>> };
export type PolicyDefaults = { readonly [Name in PolicyName]?: PolicyValueOf<Name> };

/** Of these the first that is set is the base: they replace each other. */
const baseLevels = ['agreement', 'plan', 'platform', 'default'] as const;
/** These tighten the base, one after the other. */
const tighteningLevels = ['organization', 'project', 'user'] as const;

const UNSET = { level: 'default', subjectId: null } as const;

/** `set` holds at most one value of each level, `default` among them. */
export function resolvePolicy<Value extends PolicyValue>(
  kind: PolicyKind,
  set: readonly SetPolicy<Value>[],
): ResolvedPolicy<Value> {
  const at = (level: SetPolicy['level']) => set.find(one => one.level === level);
  const base = baseLevels.map(at).find(one => one !== undefined);
  const counting = [base, ...tighteningLevels.map(at)].filter(one => one !== undefined);
  let value: Value | null = null;
  let source: ResolvedPolicy['source'] = UNSET;
  for (const one of counting) {
    const tightened: Value = value === null ? one.value : (tightest(kind, value, one.value) as Value);
    if (value === null || !isSame(tightened, value)) source = { level: one.level, subjectId: one.subjectId };
    value = tightened;
  }
  return { value, source, counting };
}

export function resolvePolicies(
  set: ReadonlyMap<PolicyName, readonly SetPolicy[]>,
  defaults: PolicyDefaults,
): ResolvedPolicies {
  return Object.fromEntries(
    policyNames.map(name => [
      name,
      resolvePolicy(policies[name].kind, withDefault(set.get(name) ?? [], defaults[name])),
    ]),
  ) as unknown as ResolvedPolicies;
}

export function withDefault(set: readonly SetPolicy[], value: PolicyValue | undefined): readonly SetPolicy[] {
  return value === undefined ? set : [...set, { ...UNSET, value }];
}

/** Both hold: the smaller number, what both lists name, the demand that one of them makes. */
export function tightest(kind: PolicyKind, wider: PolicyValue, narrower: PolicyValue): PolicyValue {
  switch (kind) {
    case 'count':
    case 'duration':
      return Math.min(wider as number, narrower as number);
    case 'flag':
      return (wider as boolean) || (narrower as boolean);
    case 'list':
    case 'names': {
      const allowed = new Set(wider as readonly string[]);
      return (narrower as readonly string[]).filter(id => allowed.has(id));
    }
    case 'money':
      return BigInt((wider as SpendLimit['limit']).amount) <= BigInt((narrower as SpendLimit['limit']).amount)
        ? wider
        : narrower;
    case 'spend':
      return tightestSpend(wider as SpendLimit, narrower as SpendLimit);
  }
}

function tightestSpend(wider: SpendLimit, narrower: SpendLimit): SpendLimit {
  // Amounts of two currencies cannot be compared. Both go on counting; the narrower one is what is shown.
  if (wider.limit.currency !== narrower.limit.currency) return narrower;
  const [outer, inner] = [BigInt(wider.limit.amount), BigInt(narrower.limit.amount)];
  if (outer === inner) return wider.mode === 'stop' ? wider : narrower;
  return outer < inner ? wider : narrower;
}

/** Whether a value below `wider` allows something that `wider` does not. */
export function loosens(kind: PolicyKind, wider: PolicyValue, narrower: PolicyValue): boolean {
  return !isSame(tightest(kind, wider, narrower), narrower);
}

function isSame(one: PolicyValue, other: PolicyValue): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every(id => other.includes(id));
  return JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

/** Values that went through JSON may have their fields in another order. */
function ordered(value: PolicyValue): unknown {
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  if ('limit' in value) return [value.limit.amount, value.limit.currency, value.mode];
  return 'amount' in value ? [value.amount, value.currency] : value;
}
