import { Invoicing } from '../invoices/invoicing';
import type { InvoicingDeps } from '../invoices/invoicing';
import type { TestBilling } from './billing-fixture';
import { StandInAccess } from './stand-in-access';

export const TEST_INVOICES: InvoicingDeps['invoices'] = {
  afterMilliseconds: 6 * 3_600_000,
  series: 'INV',
  seller: { name: 'Portico', address: ['1 Way'], taxId: 'XX1', email: null },
  tax: { name: 'VAT', ratePercent: '0', inclusive: true },
  footer: '',
};

/** The making of invoices over a billing under test. */
export function openInvoicing(billing: TestBilling, changed: Partial<InvoicingDeps> = {}) {
  const access = new StandInAccess();
  const deps: InvoicingDeps = {
    database: billing.database,
    clock: billing.clock,
    outbox: billing.outbox,
    access,
    skuNames: { ofSkus: async (_queries, ids) => new Map(ids.map(id => [id, `Hardware ${id}`])) },
    invoices: TEST_INVOICES,
    logger: { error: (_message, error) => void billing.errors.push(error) },
    ...changed,
  };
  return { access, deps, invoicing: new Invoicing(deps) };
}
