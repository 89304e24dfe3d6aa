import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { billingContract } from '@portico/plugin-billing/contract';
import type { OperationShape } from '@portico/plugin-kit/contract';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { CustomerLedger } from '../actions/customer-ledger';
import { spendableAt } from '../domain/balance';
import { customersOf, lockCustomer } from '../store/customers';
import type { InvoiceRow, LineRow } from '../store/invoices';
import { creditOf, holdFor, openBilling, openOrganization, start, stop } from '../testing/billing-fixture';
import type { TestBilling } from '../testing/billing-fixture';
import { assertBooksBalance } from '../testing/books';
import { openInvoicing } from '../testing/open-invoicing';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DOLLAR = 1_000_000n;

eachDatabase(db => {
  /** Billing at an instant; its first organization opens there. */
  const begin = async (at: string) => {
    const billing = await openBilling(db, { trialCredit: null });
    billing.clock.set(Date.parse(at));
    return billing;
  };
  const invoicesOf = (billing: TestBilling, organizationId: string) =>
    billing.database.read.all<InvoiceRow>(
      'SELECT * FROM billing_invoices WHERE organization_id = ? ORDER BY period_from_at',
      [organizationId],
    );
  const linesOf = (billing: TestBilling, invoiceId: string | undefined) =>
    billing.database.read.all<LineRow>(
      'SELECT * FROM billing_invoice_lines WHERE invoice_id = ? ORDER BY line_number',
      [invoiceId ?? ''],
    );
  const until = async (billing: TestBilling, at: string) => {
    await billing.clock.advance(Date.parse(at) - billing.clock.now());
    await billing.accrual.tick();
  };

  test('a year of months: numbers without gaps, statements that tile, and each closes with what the ledger has', async () => {
    const billing = await begin('2026-01-10T09:00:00Z');
    const { invoicing } = openInvoicing(billing);
    const scopes = [
      await openOrganization(billing, 20_000n * DOLLAR),
      await openOrganization(billing, 3_000n * DOLLAR),
      await openOrganization(billing, 90n * DOLLAR),
    ];
    const prices = [2_490_001n, 1_000_003n, 777_777n];
    const running: string[][] = scopes.map(() => []);
    const closings = new Map<string, bigint>();
    let turn = 0;
    while (billing.clock.now() < Date.UTC(2027, 1, 1)) {
      const now = billing.clock.now();
      const month = new Date(now);
      const next = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1);
      for (const [place, scope] of scopes.entries()) {
        const mine = running[place] as string[];
        turn += 1;
        if (turn % 4 === 0 && mine.length < 3) {
          const id = await holdFor(billing, scope, prices[(place + turn) % 3] ?? 1n).catch(() => undefined);
          if (id !== undefined) {
            await start(billing, id, now - 1_234);
            mine.push(id);
          }
        } else if (turn % 5 === 0) {
          const id = mine.shift();
          if (id !== undefined) await stop(billing, id, now - 777);
        }
        if (turn % 41 === 0)
          await billing.database.transaction(tx => billing.port.credit(tx, creditOf(scope, 50n * DOLLAR)));
      }
      // Stops at the end of the month, to see what the ledger says there.
      const step = Math.min(now + 5 * DAY + 7 * HOUR + 13, next) - now;
      await billing.clock.advance(step);
      await billing.accrual.tick();
      if (billing.clock.now() === next) {
        const customers = await customersOf(
          billing.database.read,
          scopes.map(scope => scope.organizationId),
        );
        for (const [id, customer] of customers) closings.set(`${id} ${next}`, spendableAt(customer, next));
        await billing.clock.advance(7 * HOUR);
        await billing.accrual.tick();
        await invoicing.tick();
      }
    }
    const all: InvoiceRow[] = [];
    let usageLines = 0;
    for (const { organizationId } of scopes) {
      const invoices = await invoicesOf(billing, organizationId);
      all.push(...invoices);
      expect(invoices.length).toBeGreaterThanOrEqual(2);
      let opening = 0n;
      for (const invoice of invoices) {
        const lines = await linesOf(billing, invoice.invoice_id);
        const statement = Object.fromEntries(
          Object.entries(JSON.parse(invoice.statement_json) as Record<string, string>).map(([k, v]) => [k, BigInt(v)]),
        );
        const { opening: opened, closing, ...moved } = statement;
        expect(opened).toBe(opening);
        expect(Object.values(moved).reduce((sum, amount) => sum + amount, opened as bigint)).toBe(closing);
        expect(closing).toBe(closings.get(`${organizationId} ${invoice.period_to_at}`));
        const charged = lines.filter(line => line.kind !== 'movement');
        expect(charged.reduce((sum, line) => sum + line.amount_micros, 0n)).toBe(invoice.exact_micros);
        expect(lines.filter(line => line.kind === 'usage_correction')).toEqual([]);
        expect(lines.map(line => line.line_number)).toEqual(lines.map((_line, place) => place + 1));
        expect(lines).toHaveLength(invoice.line_count);
        // Days are of the month, and a line is its time at its price, rounded down once for each allocation in it.
        for (const line of lines.filter(one => one.kind === 'usage')) {
          usageLines += 1;
          const day = Date.parse(`${line.day}T00:00:00Z`);
          expect(day >= invoice.period_from_at && day < invoice.period_to_at).toBe(true);
          const time = BigInt(line.gpu_milliseconds ?? 0) / BigInt(line.gpu_count ?? 1);
          const exact = (time * (line.price_per_hour_micros ?? 0n)) / BigInt(HOUR);
          expect(line.amount_micros - exact <= 3n && exact - line.amount_micros <= 3n).toBe(true);
        }
        opening = closing as bigint;
      }
    }
    expect(usageLines).toBeGreaterThan(400);
    const byYear = (year: string) =>
      all
        .map(invoice => invoice.number)
        .filter(number => number.includes(`-${year}-`))
        .sort();
    for (const year of ['2026', '2027'])
      expect(byYear(year)).toEqual(
        byYear(year).map((_n, place) => `INV-${year}-${String(place + 1).padStart(6, '0')}`),
      );
    expect(byYear('2027').length).toBeGreaterThan(0);
    expect(billing.errors).toEqual([]);
    await assertBooksBalance(billing.database.read);
  }, 60_000);

  test('months without use have an invoice when money moved, and none when nothing happened', async () => {
    const billing = await begin('2026-03-31T23:59:59Z');
    const { invoicing } = openInvoicing(billing);
    const { organizationId, ...scope } = await openOrganization(billing, 10n * DOLLAR);
    await until(billing, '2026-06-02T00:00:00Z');
    await billing.database.transaction(tx =>
      billing.port.credit(tx, creditOf({ ...scope, organizationId }, 1n * DOLLAR)),
    );
    // All of it later: the portal was down.
    await until(billing, '2026-07-01T05:59:59Z');
    await invoicing.tick();
    expect(await invoicesOf(billing, organizationId)).toMatchObject([
      { period_from_at: Date.UTC(2026, 2), opening_micros: 0n, closing_micros: 10n * DOLLAR, total_micros: 0n },
    ]);
    await until(billing, '2026-07-01T06:00:00Z');
    await invoicing.tick();
    expect(await invoicesOf(billing, organizationId)).toMatchObject([
      { period_from_at: Date.UTC(2026, 2), kind: 'invoice' },
      { period_from_at: Date.UTC(2026, 5), opening_micros: 10n * DOLLAR, closing_micros: 11n * DOLLAR },
    ]);
    expect(billing.outbox.ofType(organizationId, 'billing.invoice_issued').map(event => event.payload)).toMatchObject([
      { number: 'INV-2026-000001', kind: 'invoice', period_from: '2026-03-01T00:00:00.000Z' },
      { number: 'INV-2026-000002', period_to: '2026-07-01T00:00:00.000Z', total: { amount: '0', currency: 'USD' } },
    ]);
  });

  test('what is reported late is on the next invoice, and one with nothing but that is a credit note', async () => {
    const billing = await begin('2026-02-20T00:00:00Z');
    const { invoicing } = openInvoicing(billing);
    const scope = await openOrganization(billing, 5_000n * DOLLAR);
    const id = await holdFor(billing, scope, 1n * DOLLAR);
    await start(billing, id);
    await until(billing, '2026-03-01T07:00:00Z');
    await invoicing.tick();
    const [february] = await invoicesOf(billing, scope.organizationId);
    expect(february).toMatchObject({ total_micros: 9n * 24n * DOLLAR });
    // Its node was lost on the 27th at noon, and nobody knew.
    await stop(billing, id, Date.UTC(2026, 1, 27, 12));
    await until(billing, '2026-04-01T07:00:00Z');
    await invoicing.tick();
    const [, march] = await invoicesOf(billing, scope.organizationId);
    expect(march).toMatchObject({
      kind: 'credit_note',
      corrects_invoice_id: february?.invoice_id,
      total_micros: -36n * DOLLAR,
      opening_micros: 4_784n * DOLLAR,
      closing_micros: 4_820n * DOLLAR,
    });
    expect(await linesOf(billing, march?.invoice_id)).toMatchObject([
      {
        kind: 'usage_correction',
        project_id: scope.projectId,
        sku_name: 'Hardware sku_h200',
        gpu_milliseconds: -36 * HOUR,
        amount_micros: -36n * DOLLAR,
      },
    ]);
    // February stays as it was.
    expect((await invoicesOf(billing, scope.organizationId))[0]).toEqual(february);
    await assertBooksBalance(billing.database.read);
  });

  test('what was made good lowers the total, a credit that was taken back lowers the credits', async () => {
    const billing = await begin('2026-02-10T00:00:00Z');
    const { invoicing } = openInvoicing(billing);
    const scope = await openOrganization(billing, 100n * DOLLAR);
    const id = await holdFor(billing, scope, 1n * DOLLAR);
    await start(billing, id);
    await billing.clock.advance(10 * HOUR);
    await stop(billing, id);
    await billing.database.transaction(async tx => {
      const customer = await lockCustomer(tx, scope.organizationId);
      if (customer === undefined) throw new Error('no account');
      const movement = { scope, actor: { type: 'system', id: 'test' }, correlationId: null } as const;
      const ledger = new CustomerLedger(tx, customer);
      await ledger.credit({
        ...{ ...movement, kind: 'adjustment', amount: 4n * DOLLAR },
        ...{ reason: 'node-3 could not be reached from 10:02 to 14:02 UTC', reference: 'adjustment:1' },
      });
      await ledger.claim({
        ...{ ...movement, kind: 'reversal', amount: 30n * DOLLAR, to: 'promotional_expense' },
        ...{ reason: 'A mistake', reference: 'reversal:1' },
      });
    });
    await until(billing, '2026-03-01T06:00:00Z');
    await invoicing.tick();
    const [invoice] = await invoicesOf(billing, scope.organizationId);
    expect(invoice).toMatchObject({ exact_micros: 6n * DOLLAR, closing_micros: 64n * DOLLAR });
    expect(JSON.parse(invoice?.statement_json ?? '{}')).toMatchObject({
      ...{ opening: '0', credits: '70000000', usage: '-10000000', adjustments: '4000000', closing: '64000000' },
    });
    expect((await linesOf(billing, invoice?.invoice_id)).map(line => [line.kind, line.amount_micros])).toEqual([
      ['usage', 10n * DOLLAR],
      ['adjustment', -4n * DOLLAR],
      ['movement', 100n * DOLLAR],
      ['movement', -30n * DOLLAR],
    ]);
  });

  test('waits for the review of meters that ran over the end of the month', async () => {
    const billing = await begin('2026-01-31T20:00:00Z');
    const { invoicing } = openInvoicing(billing);
    const scope = await openOrganization(billing, 5n * DOLLAR);
    const id = await holdFor(billing, scope, 2n * DOLLAR);
    await start(billing, id);
    // The money ends at 22:30, and nobody looks before seven in the morning.
    await billing.clock.advance(11 * HOUR);
    await invoicing.tick();
    expect(await invoicesOf(billing, scope.organizationId)).toEqual([]);
    await billing.accrual.tick();
    await invoicing.tick();
    const [invoice] = await invoicesOf(billing, scope.organizationId);
    // Five dollars and the tick that is charged beyond.
    expect(invoice?.exact_micros).toBe(5_002_777n);
    expect(invoice?.closing_micros).toBe(-2_777n);
    await assertBooksBalance(billing.database.read);
  });

  test('two replicas make one invoice of each, and numbers stay without gaps when one of them fails', async () => {
    const billing = await begin('2026-05-05T00:00:00Z');
    const scopes = [];
    for (let count = 0; count < 6; count += 1) scopes.push(await openOrganization(billing, 3n * DOLLAR));
    await until(billing, '2026-06-01T06:00:00Z');
    const failing = scopes[2]?.organizationId ?? '';
    billing.outbox.silenced = failing;
    const replicas = [openInvoicing(billing), openInvoicing(billing), openInvoicing(billing)];
    await Promise.all(replicas.map(({ invoicing }) => invoicing.tick()));
    expect(await invoicesOf(billing, failing)).toEqual([]);
    expect(billing.errors.length).toBeGreaterThan(0);
    billing.outbox.silenced = null;
    await Promise.all(replicas.map(({ invoicing }) => invoicing.tick()));
    const rows = await billing.database.read.all<{ number: string }>(
      'SELECT number FROM billing_invoices ORDER BY number',
    );
    expect(rows.map(row => row.number)).toEqual(scopes.map((_scope, place) => `INV-2026-00000${place + 1}`));
    for (const { organizationId } of scopes)
      expect(billing.outbox.ofType(organizationId, 'billing.invoice_issued')).toHaveLength(1);
    await assertBooksBalance(billing.database.read);
  });
});

test('nothing changes or removes an invoice: no statement anywhere, and no operation', () => {
  const root = path.resolve(__dirname, '..');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    file => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const changes =
    /(?:UPDATE|DELETE FROM|REPLACE INTO|TRUNCATE(?: TABLE)?)\s+billing_invoice(?:s|_lines|_periods)\b|INTO billing_invoice(?:s|_lines|_periods)\b[^;`']*DO UPDATE/i;
  expect('UPDATE billing_invoices SET number = 1').toMatch(changes);
  expect('INSERT INTO billing_invoice_lines VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2').toMatch(changes);
  expect(files).toContain(path.join('store', 'invoices.ts'));
  expect(files.filter(file => changes.test(readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
  const operations: readonly OperationShape[] = Object.values(billingContract.operations);
  const onInvoices = operations.filter(one => /\binvoices\b/.test(one.path));
  expect(onInvoices.length).toBeGreaterThanOrEqual(8);
  expect(onInvoices.filter(one => one.method !== 'GET')).toEqual([]);
});
