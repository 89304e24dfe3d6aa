import { newId } from '@portico/plugin-kit/contract';
import type { PortalProcess } from './portal-process';

interface Invoiced {
  readonly organizationId: string;
  readonly projectId: string;
  readonly skuId: string;
}

const tables = { invoices: 'billing_invoices', lines: 'billing_invoice_lines' } as const;

/**
 * The invoice of October 2026, with a line of each kind. A month would have to end before the portal makes one, so its rows are written as the portal writes them; how it makes
 * them is tested beside it.
 */
export function issueInvoice(portal: PortalProcess, { organizationId, projectId, skuId }: Invoiced): string {
  const invoiceId = newId('invoice');
  const usage = { project_id: projectId, project_name: 'Default', sku_id: skuId, sku_name: 'H200 slice' };
  const price = { gpu_count: 1, price_per_hour_micros: 3_390_000 };
  const lines = [
    { ...usage, ...price, kind: 'usage', description: 'Usage', day: '2026-10-03', gpu_milliseconds: 45_000_000 },
    { ...usage, ...price, kind: 'usage', description: 'Usage', day: '2026-10-04', gpu_milliseconds: 4_800_000 },
    { kind: 'adjustment', description: 'A node could not be reached', day: '2026-10-04', project_id: projectId },
    { kind: 'movement', description: 'Payment', day: '2026-10-02' },
  ];
  const amounts = [42_375_000, 4_520_000, -1_695_000, 100_000_000];
  const written = lines.map((line, place) => ({
    ...{ invoice_id: invoiceId, line_number: place + 1, amount_micros: amounts[place] },
    ...line,
  }));
  const invoice = {
    invoice_id: invoiceId,
    organization_id: organizationId,
    number: 'INV-2026-000007',
    kind: 'invoice',
    currency: 'USD',
    period_from_at: Date.UTC(2026, 9, 1),
    period_to_at: Date.UTC(2026, 10, 1),
    issued_at: Date.UTC(2026, 10, 1, 6),
    customer_name: 'Analytical Engines Ltd',
    customer_json: JSON.stringify({
      ...{ name: 'Analytical Engines Ltd', address: ['12 St James’s Square', 'London SW1Y 4JH'] },
      ...{ taxId: 'GB 123 4567 89', email: 'ada@engines.example', purchaseOrder: 'PO-1843' },
    }),
    seller_json: JSON.stringify({ name: 'Portico', address: ['1 Colonnade'], taxId: 'DE 811 222 333', email: null }),
    tax_json: JSON.stringify({ name: 'VAT', ratePercent: '19', inclusive: true }),
    statement_json: JSON.stringify({
      ...{ opening: '25000000', top_ups: '100000000', credits: '0', refunds: '0', disputes: '0', expired: '0' },
      ...{ usage: '-46895000', adjustments: '1695000', closing: '79800000' },
    }),
    footer: 'Paid from the balance in advance.',
    ...{ exact_micros: 45_200_000, rounding_micros: 0, total_micros: 45_200_000 },
    ...{ net_micros: 37_980_000, tax_micros: 7_220_000 },
    ...{ opening_micros: 25_000_000, closing_micros: 79_800_000, line_count: lines.length },
  };
  portal.alter([...written.map(line => inserted(tables.lines, line)), inserted(tables.invoices, invoice)].join(';\n'));
  return invoiceId;
}

function inserted(table: string, row: Readonly<Record<string, string | number | undefined>>): string {
  const values = Object.values(row).map(value =>
    typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : `${value}`,
  );
  return `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})`;
}
