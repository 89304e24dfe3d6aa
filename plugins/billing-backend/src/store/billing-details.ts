import type { Queries, Transaction } from '@portico/plugin-kit/backend';

/** What an organization wants to be called on paper. */
export interface BillingDetails {
  readonly legalName: string | null;
  readonly address: readonly string[];
  readonly taxId: string | null;
  readonly email: string | null;
  readonly purchaseOrder: string | null;
}

const NO_DETAILS: BillingDetails = { legalName: null, address: [], taxId: null, email: null, purchaseOrder: null };

export async function billingDetailsOf(queries: Queries, organizationId: string): Promise<BillingDetails> {
  const row = await queries.first<{
    legal_name: string | null;
    address_json: string;
    tax_id: string | null;
    email: string | null;
    purchase_order: string | null;
  }>('SELECT legal_name, address_json, tax_id, email, purchase_order FROM billing_details WHERE organization_id = ?', [
    organizationId,
  ]);
  if (row === undefined) return NO_DETAILS;
  return {
    legalName: row.legal_name,
    address: JSON.parse(row.address_json) as string[],
    taxId: row.tax_id,
    email: row.email,
    purchaseOrder: row.purchase_order,
  };
}

export async function saveBillingDetails(
  tx: Transaction,
  { organizationId, details }: { organizationId: string; details: BillingDetails },
): Promise<void> {
  const { legalName, address, taxId, email, purchaseOrder } = details;
  await tx.run(
    `INSERT INTO billing_details (organization_id, legal_name, address_json, tax_id, email, purchase_order, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (organization_id) DO UPDATE SET legal_name = excluded.legal_name, address_json = excluded.address_json, tax_id = excluded.tax_id,
      email = excluded.email, purchase_order = excluded.purchase_order, updated_at = excluded.updated_at`,
    [organizationId, legalName, JSON.stringify(address), taxId, email, purchaseOrder, tx.now],
  );
}
