import {
  getAnyInvoice,
  getBillingDetails,
  getInvoice,
  listAllInvoices,
  listAnyInvoiceLines,
  listInvoiceLines,
  listInvoices,
  setBillingDetails,
} from '@portico/plugin-billing/contract';
import { billingPortRef } from '@portico/plugin-billing/port';
import { newId } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../testing/books';
import { pdfPages } from '../testing/pdf-text';
import { StandInAccess } from '../testing/stand-in-access';

const usd = (amount: bigint | number) => ({ amount: amount.toString(), currency: 'USD', scale: 6 });
const permissions = ['billing.invoice.read', 'billing.payment.manage'];

describe.each(['sqlite', 'postgres'] as const)('on %s', database => {
  const clock = new TestClock(Date.parse('2026-02-27T12:00:00Z'));
  const access = new StandInAccess();
  const begin = () =>
    startTestBackend({
      database,
      plugins: ['billing'],
      instead: [access.factory],
      clock,
      settings: {
        billing: {
          invoices: {
            series: 'PX',
            seller: { name: 'Portico GmbH', taxId: 'DE 1' },
            tax: { name: 'USt', ratePercent: '19' },
            footer: 'Thank you.',
          },
        },
      },
      expose: { port: billingPortRef },
    });
  let backend: Awaited<ReturnType<typeof begin>>;
  beforeAll(async () => {
    backend = await begin();
  });
  afterAll(() => backend?.stop());

  /** Somebody with a day and a half of use over the end of a month. */
  const someone = async () => {
    const { token, caller } = backend.signInAs({ permissions });
    const { organizationId, departmentId, projectId, userId } = caller;
    const scope = { organizationId, departmentId, projectId, userId, allocationId: null };
    access.named.set(organizationId, 'Vision Lab').set(projectId, 'detector');
    const { port, database: books } = backend.services;
    const allocationId = newId('alloc');
    await books.transaction(async tx => {
      await port.openAccount(tx, scope);
      await port.credit(tx, {
        kind: 'internal_credit',
        scope,
        amount: 100_000_000n,
        reason: 'Welcome',
        reference: 'welcome',
        actor: { type: 'system', id: 'test' },
        correlationId: newId('corr'),
      });
      await port.hold(tx, {
        scope: { ...scope, allocationId },
        pricePerHour: 1_000_000n,
        skuId: 'sku_h200',
        gpuCount: 2,
      });
      await port.startMeter(tx, { allocationId, at: tx.now });
    });
    return { token, scope, allocationId };
  };

  test('a month becomes an invoice with lines and PDF, which says what the organization was called then', async () => {
    const { token, scope, allocationId } = await someone();
    const stranger = backend.signInAs({ permissions });
    const none = { legal_name: null, address: [], tax_id: null, email: null, purchase_order: null };
    expect(await backend.call(getBillingDetails, { token })).toEqual(none);
    const details = { ...none, legal_name: 'Vision Lab Ltd', address: ['2 Lens Road'], purchase_order: 'PO 9' };
    expect(await backend.call(setBillingDetails, { token, body: details })).toEqual(details);
    expect(await backend.call(listInvoices, { token })).toEqual({ items: [], next_cursor: null });

    // The portal was away for two days.
    clock.set(Date.parse('2026-03-01T07:00:00Z'));
    const list = await waitFor(async () => {
      const page = await backend.call(listInvoices, { token });
      if (page.items.length === 0) await clock.advance(30_000);
      return page.items.length > 0 && page.items;
    });
    const [summary] = list as { invoice_id: string }[];
    expect(list).toEqual([
      {
        invoice_id: expect.stringMatching(/^invoice_/),
        number: expect.stringMatching(/^PX-2026-00000[12]$/),
        kind: 'invoice',
        organization_id: scope.organizationId,
        customer_name: 'Vision Lab Ltd',
        currency: 'USD',
        period_from: '2026-02-01T00:00:00.000Z',
        period_to: '2026-03-01T00:00:00.000Z',
        issued_at: expect.any(String),
        total: usd(36_000_000),
        closing_balance: usd(64_000_000),
      },
    ]);
    const params = { invoice_id: summary?.invoice_id ?? '' };
    await backend.call(setBillingDetails, { token, body: none });
    const invoice = await backend.call(getInvoice, { token, params });
    expect(invoice).toMatchObject({
      seller: { name: 'Portico GmbH', address: [], tax_id: 'DE 1', email: null },
      customer: { name: 'Vision Lab Ltd', address: ['2 Lens Road'], purchase_order: 'PO 9' },
      amounts: {
        total: usd(36_000_000),
        net: usd(30_250_000),
        tax: { name: 'USt', rate_percent: '19', inclusive: true },
        due: usd(0),
      },
      statement: {
        opening_balance: usd(0),
        credits: usd(100_000_000),
        usage: usd(-36_000_000),
        closing_balance: usd(64_000_000),
      },
      line_count: 3,
    });

    const first = await backend.call(listInvoiceLines, { token, params, query: { limit: 3 } });
    expect(first.items).toMatchObject([
      {
        line_number: 1,
        kind: 'usage',
        charged: true,
        day: '2026-02-27',
        project_name: 'detector',
        sku_id: 'sku_h200',
        gpu_count: 2,
        gpu_seconds: '86400.000',
        price_per_hour: usd(1_000_000),
        amount: usd(12_000_000),
      },
      { line_number: 2, day: '2026-02-28', gpu_seconds: '172800.000', amount: usd(24_000_000) },
      { line_number: 3, kind: 'movement', charged: false, description: 'Welcome', amount: usd(100_000_000) },
    ]);
    expect(first.next_cursor).toBeNull();

    const pdf = await fetch(
      `${backend.url}/api/v1/billing/invoices/${params.invoice_id}/pdf?active_project_id=${scope.projectId}`,
      {
        headers: { authorization: `Bearer ${token}` },
      },
    );
    expect(pdf.status).toBe(200);
    const [page] = pdfPages(Buffer.from(await pdf.arrayBuffer()));
    expect(page).toEqual(expect.arrayContaining(['Vision Lab Ltd', 'detector', '36.00 USD', 'Your reference PO 9']));
    expect(pdf.headers.get('content-type')).toMatch(/^application\/pdf/);
    expect(pdf.headers.get('content-disposition')).toMatch(/^attachment; filename="PX-2026-00000[12]\.pdf"$/);

    for (const path of ['', '/lines', '/pdf'])
      expect(
        await backend.request('GET', `billing/invoices/${params.invoice_id}${path}`, { token: stranger.token }),
      ).toMatchObject({ status: 404 });
    // The billing operator sees it too, and finds it by its number.
    const operator = backend.signInAs({ permissions: ['billing.invoice.read_any'] }).token;
    const found = await backend.call(listAllInvoices, { token: operator, query: { number: invoice.number } });
    expect(found.items).toEqual(list);
    const query = { organization_id: scope.organizationId };
    expect((await backend.call(listAllInvoices, { token: operator, query })).items).toEqual(list);
    expect(await backend.call(getAnyInvoice, { token: operator, params })).toEqual(invoice);
    expect((await backend.call(listAnyInvoiceLines, { token: operator, params })).items).toHaveLength(3);
    expect(await backend.refusal(getInvoice, { token: operator, params })).toMatchObject({ status: 403 });
    const stop = clock.now();
    await backend.services.database.transaction(tx => backend.services.port.stopMeter(tx, { allocationId, at: stop }));
    await assertBooksBalance(backend.services.database.read);
  });
});
