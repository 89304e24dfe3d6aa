import fc from 'fast-check';
import { policies, policyLevels, policyNames } from './policies';
import type { PolicyKind, PolicyLevel, PolicyValue, SpendLimit } from './policies';
import { loosens, resolvePolicy, tightest } from './policy-resolution';
import type { SetPolicy } from './policy-resolution';

const amount = fc.nat({ max: 50 }).map(units => ({ amount: String(units), currency: 'USD', scale: 6 }) as const);
const valuesOf: Record<PolicyKind, fc.Arbitrary<PolicyValue>> = {
  count: fc.nat({ max: 20 }),
  duration: fc.integer({ min: 60, max: 100 }),
  flag: fc.boolean(),
  list: fc.uniqueArray(fc.constantFrom('sku_a', 'sku_b', 'sku_c', 'sku_d'), { minLength: 1 }),
  names: fc.uniqueArray(fc.constantFrom('eu-west', 'eu-north', 'basement'), { minLength: 1 }),
  money: amount,
  spend: fc.record({ limit: amount, mode: fc.constantFrom('stop', 'warn') }),
};
const kinds = Object.keys(valuesOf) as PolicyKind[];
const ofPlatform = ['agreement', 'plan', 'platform', 'default'] as const;
const ofPeople = ['organization', 'project', 'user'] as const;

const chainOf = (kind: PolicyKind, levels: readonly (PolicyLevel | 'default')[]) =>
  fc
    .subarray([...levels])
    .chain(chosen =>
      fc.tuple(...chosen.map(level => valuesOf[kind].map((value): SetPolicy => ({ level, subjectId: 'x', value })))),
    );

/** What a value lets through, of all there is to ask for. */
function lets(kind: PolicyKind, value: PolicyValue | null, asked: number | string): boolean {
  if (value === null) return true;
  if (kind === 'list' || kind === 'names') return (value as readonly string[]).includes(String(asked));
  if (kind === 'flag') return value === false;
  if (kind === 'spend') return BigInt(asked) <= BigInt((value as SpendLimit).limit.amount);
  if (kind === 'money') return BigInt(asked) <= BigInt((value as SpendLimit['limit']).amount);
  return (asked as number) <= (value as number);
}
const askedOf = (kind: PolicyKind) =>
  kind === 'list'
    ? fc.constantFrom('sku_a', 'sku_b', 'sku_c', 'sku_d', 'sku_e')
    : kind === 'names'
      ? fc.constantFrom('eu-west', 'eu-north', 'basement', 'moon')
      : fc.nat({ max: 120 });

describe.each(kinds)('a %s', kind => {
  test('set by an organization’s own people never lets through what the platform’s do not', () => {
    const all = fc.tuple(chainOf(kind, ofPlatform), chainOf(kind, ofPeople), askedOf(kind));
    fc.assert(
      fc.property(all, ([platform, own, asked]) => {
        const base = resolvePolicy(kind, platform);
        const resolved = resolvePolicy(kind, [...platform, ...own]);
        if (lets(kind, resolved.value, asked)) expect(lets(kind, base.value, asked)).toBe(true);
        // Each that counts holds by itself too: what is used is held against every one of them.
        if (base.counting.length > 0) expect(resolved.counting).toContainEqual(base.counting[0]);
      }),
    );
  });

  test('tightens further with every level, in whatever order they are listed', () => {
    fc.assert(
      fc.property(chainOf(kind, [...ofPlatform, ...ofPeople]), askedOf(kind), (chain, asked) => {
        const resolved = resolvePolicy(kind, chain);
        expect(resolvePolicy(kind, chain.toReversed()).value).toEqual(resolved.value);
        const everyOne = resolved.counting.every(one => lets(kind, one.value, asked));
        expect(lets(kind, resolved.value, asked)).toBe(everyOne);
      }),
    );
  });

  test('is what the nearest level of the platform says, which names where it was set', () => {
    fc.assert(
      fc.property(chainOf(kind, ofPlatform), chain => {
        const nearest = ofPlatform.map(level => chain.find(one => one.level === level)).find(one => one !== undefined);
        expect(resolvePolicy(kind, chain)).toMatchObject({
          value: nearest?.value ?? null,
          source: { level: nearest?.level ?? 'default' },
        });
      }),
    );
  });

  test('that tightens does not loosen', () => {
    fc.assert(
      fc.property(valuesOf[kind], valuesOf[kind], (wider, narrower) => {
        expect(loosens(kind, wider, tightest(kind, wider, narrower))).toBe(false);
        expect(loosens(kind, wider, wider)).toBe(false);
      }),
    );
  });
});

test.each<[PolicyKind, PolicyValue, PolicyValue, boolean]>([
  ['count', 5, 5, false],
  ['count', 5, 6, true],
  ['flag', true, false, true],
  ['flag', false, true, false],
  ['list', ['sku_a', 'sku_b'], ['sku_b'], false],
  ['list', ['sku_a', 'sku_b'], ['sku_b', 'sku_c'], true],
  ['spend', spend('5', 'stop'), spend('5', 'warn'), true],
  ['spend', spend('5', 'warn'), spend('5', 'stop'), false],
  ['spend', spend('5', 'stop'), spend('4', 'warn'), false],
])('below a %s of %j, %j loosens: %s', (kind, wider, narrower, expected) => {
  expect(loosens(kind, wider, narrower)).toBe(expected);
});

function spend(units: string, mode: 'stop' | 'warn'): SpendLimit {
  return { limit: { amount: units, currency: 'USD', scale: 6 }, mode };
}

test.each(policyNames)('%s says what it does, and is set where there is a level, from narrow to wide', name => {
  const { sentence, levels } = policies[name];
  expect(sentence).toMatch(/^[A-Z].*\.$/u);
  expect(levels).toEqual(policyLevels.filter(level => (levels as readonly PolicyLevel[]).includes(level)));
});
