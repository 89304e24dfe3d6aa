import type { Queries, Transaction } from '@portico/plugin-kit/backend';

/** Who an organization is at a payment provider; null while it never was there. */
export async function providerCustomerOf(
  queries: Queries,
  options: { organizationId: string; provider: string },
): Promise<string | null> {
  const row = await queries.first<{ provider_customer_id: string }>(
    'SELECT provider_customer_id FROM billing_payment_customers WHERE organization_id = ? AND provider = ?',
    [options.organizationId, options.provider],
  );
  return row?.provider_customer_id ?? null;
}

/** The first one told stays: the provider answers the same organization with the same customer. */
export async function keepProviderCustomer(
  tx: Transaction,
  customer: { organizationId: string; provider: string; providerCustomerId: string },
): Promise<void> {
  await tx.run(
    `INSERT INTO billing_payment_customers (organization_id, provider, provider_customer_id, created_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (organization_id, provider) DO NOTHING`,
    [customer.organizationId, customer.provider, customer.providerCustomerId, tx.now],
  );
}

export async function organizationOfCustomer(
  queries: Queries,
  customer: { provider: string; providerCustomerId: string },
): Promise<string | null> {
  const row = await queries.first<{ organization_id: string }>(
    'SELECT organization_id FROM billing_payment_customers WHERE provider = ? AND provider_customer_id = ?',
    [customer.provider, customer.providerCustomerId],
  );
  return row?.organization_id ?? null;
}
