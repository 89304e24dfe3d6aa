import fc from 'fast-check';
import { roundedToCoins, smallestCoin } from './currency';
import { amountsOf, categoryOf, isCharged, MOVEMENTS, monthOf, movementsOf, NOTHING_STATED } from './invoice';
import type { InvoiceLine, KnownEntry, MonthKnown, MovementCategory } from './invoice';

const NO_TAX = { name: 'VAT', ratePercent: '0', inclusive: true };
const nothing: MonthKnown = { usage: [], usageBefore: [], entries: [], movements: NOTHING_STATED.movements };
const usage = (amount: bigint, projectId = 'proj_a', skuId = 'sku_a') => ({
  ...{ projectId, skuId, amount },
  gpuCount: 1,
  gpuMilliseconds: Number(amount),
  pricePerHour: 3_600_000n,
  day: '2026-01-15',
});
const entry = (category: MovementCategory, amount: bigint): KnownEntry => ({
  ...{ category, amount },
  entryId: 'led_1',
  description: 'told',
  day: '2026-01-15',
  projectId: null,
});
const charge = (amount: bigint): InvoiceLine => ({
  kind: 'usage',
  description: 'Usage',
  ...{ day: null, projectId: null, skuId: null, gpuCount: null, gpuMilliseconds: null, pricePerHour: null },
  amount,
  entryId: null,
});

test.each([
  ['top_up', 'processor_clearing', 'top_ups'],
  ['trial', 'promotional_expense', 'credits'],
  ['voucher', 'promotional_expense', 'credits'],
  ['internal_credit', 'promotional_expense', 'credits'],
  ['reversal', 'promotional_expense', 'credits'],
  ['refund', 'refund_pending', 'refunds'],
  ['refund_reversal', 'refund_pending', 'refunds'],
  ['dispute', 'processor_clearing', 'disputes'],
  ['dispute_reversal', 'processor_clearing', 'disputes'],
  ['expiry', 'expired_credit', 'expired'],
  ['adjustment', 'adjustment_expense', 'adjustments'],
  ['reversal', 'adjustment_expense', 'adjustments'],
] as const)('%s from or to %s is told as %s', (kind, account, category) => {
  expect(categoryOf({ kind, account })).toBe(category);
});

describe('a month', () => {
  test('in which nothing happened has no lines', () => {
    const month = monthOf(nothing, { opening: 7n, stated: NOTHING_STATED });
    expect(month.lines).toEqual([]);
    expect(month.statement).toMatchObject({ opening: 7n, usage: 0n, closing: 7n });
  });

  test('is charged for use less what was made good; what else moved the balance is no charge', () => {
    const known = {
      ...nothing,
      usage: [usage(100n), usage(50n)],
      entries: [entry('top_ups', 1_000n), entry('adjustments', 30n)],
      movements: { ...NOTHING_STATED.movements, top_ups: 1_000n, adjustments: 30n },
    };
    const { lines, statement } = monthOf(known, { opening: 5n, stated: NOTHING_STATED });
    expect(lines.map(line => [line.kind, line.amount])).toEqual([
      ['usage', 100n],
      ['usage', 50n],
      ['adjustment', -30n],
      ['movement', 1_000n],
    ]);
    expect(statement).toMatchObject({ opening: 5n, top_ups: 1_000n, usage: -150n, adjustments: 30n, closing: 885n });
    expect(amountsOf(lines, { currency: 'USD', tax: NO_TAX }).exact).toBe(120n);
  });

  test('says what came to light of the months before, by project and hardware', () => {
    const stated = {
      movements: { ...NOTHING_STATED.movements, credits: 40n },
      usage: [
        { projectId: 'proj_a', skuId: 'sku_a', gpuMilliseconds: 100, amount: 100n },
        { projectId: 'proj_b', skuId: 'sku_a', gpuMilliseconds: 9, amount: 9n },
      ],
    };
    const known = {
      ...nothing,
      usageBefore: [
        { projectId: 'proj_a', skuId: 'sku_a', gpuMilliseconds: 60, amount: 60n },
        { projectId: 'proj_b', skuId: 'sku_a', gpuMilliseconds: 9, amount: 9n },
        { projectId: 'proj_c', skuId: 'sku_b', gpuMilliseconds: 5, amount: 5n },
      ],
      movements: { ...NOTHING_STATED.movements, credits: 55n },
    };
    const month = monthOf(known, { opening: 0n, stated });
    expect(month.lines).toMatchObject([
      { kind: 'usage_correction', projectId: 'proj_a', skuId: 'sku_a', gpuMilliseconds: -40, amount: -40n },
      { kind: 'usage_correction', projectId: 'proj_c', skuId: 'sku_b', gpuMilliseconds: 5, amount: 5n },
      { kind: 'movement', description: expect.stringContaining('credits'), amount: 15n },
    ]);
    expect(month.statement).toMatchObject({ usage: 35n, credits: 15n, closing: 50n });
    // Stated once, it is not said again.
    const next = monthOf(known, { opening: month.statement.closing, stated: month.stated });
    expect(next.lines).toEqual([]);
  });

  test('and those before it tile, whatever is known when', () => {
    const amount = fc.bigInt(-1_000_000n, 1_000_000n);
    const sums = fc.array(
      fc.record({
        projectId: fc.constantFrom('proj_a', 'proj_b'),
        skuId: fc.constantFrom('sku_a', 'sku_b'),
        gpuMilliseconds: fc.nat(1_000),
        amount: fc.bigInt(0n, 1_000_000n),
      }),
      { maxLength: 6 },
    );
    const months = fc.array(
      fc.record({
        usage: fc.array(
          fc.bigInt(0n, 1_000_000n).map(micros => usage(micros)),
          { maxLength: 4 },
        ),
        usageBefore: sums,
        entries: fc.array(
          fc.tuple(fc.constantFrom(...MOVEMENTS), amount).map(([category, micros]) => entry(category, micros)),
          { maxLength: 5 },
        ),
        movements: fc
          .tuple(...MOVEMENTS.map(() => amount))
          .map(all => movementsOf(name => all[MOVEMENTS.indexOf(name)] ?? 0n)),
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(months, all => {
        let before = { opening: 0n, stated: NOTHING_STATED };
        for (const known of all) {
          const { lines, statement, stated } = monthOf(known, before);
          const charged = lines.filter(isCharged).reduce((sum, line) => sum + line.amount, 0n);
          const moved = lines.filter(line => !isCharged(line)).reduce((sum, line) => sum + line.amount, 0n);
          expect(statement.closing).toBe(statement.opening - charged + moved);
          expect(charged).toBe(-statement.usage - statement.adjustments);
          before = { opening: statement.closing, stated };
        }
        // All statements together say what is known in the end, and nothing twice.
        const last = all.at(-1) as MonthKnown;
        const used = [...last.usageBefore, ...last.usage].reduce((sum, one) => sum + one.amount, 0n);
        const moved = MOVEMENTS.reduce((sum, category) => sum + last.movements[category], 0n);
        expect(before.opening).toBe(moved - used);
      }),
    );
  });
});

describe('amounts', () => {
  test('the total is the rounded exact sum, and rounding says what printed lines differ by', () => {
    // Three lines of 0.004 print as 0.00 and come to 0.012, which is 0.01.
    expect(amountsOf([charge(4_000n), charge(4_000n), charge(4_000n)], { currency: 'USD', tax: NO_TAX })).toEqual({
      exact: 12_000n,
      rounding: 10_000n,
      total: 10_000n,
      net: 10_000n,
      tax: 0n,
    });
  });

  test.each([
    ['USD', 15_000n, 20_000n],
    ['USD', 25_000n, 20_000n],
    ['USD', -15_000n, -20_000n],
    ['BHD', 1_500n, 2_000n],
    ['JPY', 2_500_000n, 2_000_000n],
  ])('in %s %s is rounded half to even: %s', (currency, exact, total) => {
    expect(amountsOf([charge(exact)], { currency, tax: NO_TAX }).total).toBe(total);
  });

  test('tax within the price is taken out of it; tax on top leaves it', () => {
    const lines = [charge(119_000_000n)];
    expect(
      amountsOf(lines, { currency: 'EUR', tax: { name: 'USt', ratePercent: '19', inclusive: true } }),
    ).toMatchObject({
      total: 119_000_000n,
      net: 100_000_000n,
      tax: 19_000_000n,
    });
    expect(
      amountsOf(lines, { currency: 'EUR', tax: { name: 'USt', ratePercent: '7.7', inclusive: false } }),
    ).toMatchObject({ total: 119_000_000n, net: 119_000_000n, tax: 9_160_000n });
  });

  test('of any lines: whole coins, within half a coin, net and tax come to the total', () => {
    const rate = fc
      .tuple(fc.nat(99), fc.nat(9_999))
      .map(([units, decimals]) => `${units}.${String(decimals).padStart(4, '0')}`);
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(-10_000_000_000n, 10_000_000_000n), { maxLength: 20 }),
        fc.constantFrom('USD', 'BHD', 'JPY', 'CLF'),
        rate,
        (amounts, currency, ratePercent) => {
          const lines = amounts.map(charge);
          const coin = smallestCoin(currency);
          const of = amountsOf(lines, { currency, tax: { name: 'VAT', ratePercent, inclusive: true } });
          for (const amount of [of.total, of.tax, of.net, of.rounding]) expect(amount % coin).toBe(0n);
          const off = of.total - of.exact;
          expect((off < 0n ? -off : off) * 2n <= coin).toBe(true);
          expect(of.net + of.tax).toBe(of.total);
          const printed = lines.reduce((sum, line) => sum + roundedToCoins(line.amount, currency) * coin, 0n);
          expect(printed + of.rounding).toBe(of.total);
        },
      ),
    );
  });
});
