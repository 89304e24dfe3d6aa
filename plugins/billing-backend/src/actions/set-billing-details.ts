import type { Audit, RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { auditedBillingDetails } from '../audited';
import { billingDetailsOf, saveBillingDetails } from '../store/billing-details';
import type { BillingDetails } from '../store/billing-details';
import { lockCustomer } from '../store/customers';

/** Changes what invoices say about the organization from now on; those that are issued stay as they are. */
export async function setBillingDetails(
  tx: Transaction,
  { audit }: { audit: Audit },
  request: RequestContext & { details: BillingDetails },
): Promise<void> {
  const { caller, actor, correlationId, details } = request;
  const { organizationId } = caller;
  // Two who change them at once do so one after the other, so the audit says what each of them changed.
  await lockCustomer(tx, organizationId);
  const before = await billingDetailsOf(tx, organizationId);
  await saveBillingDetails(tx, { organizationId, details });
  await audit.record(tx, {
    action: 'billing.details.change',
    actor,
    organizationId,
    resource: auditedBillingDetails,
    targetId: organizationId,
    correlationId,
    before: auditedFields(before),
    after: auditedFields(details),
  });
}

function auditedFields(details: BillingDetails) {
  const { legalName, address, taxId, email, purchaseOrder } = details;
  return { legal_name: legalName, address, tax_id: taxId, email, purchase_order: purchaseOrder };
}
