import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf, toMoney } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { auditedLedgerEntry } from '../audited';
import type { BillingServices } from '../services';
import { lockCustomer } from '../store/customers';
import { entryById, entryByReference, reversalOf } from '../store/ledger';
import type { EntryKind, EntryRow } from '../store/ledger';
import { CREDIT_SOURCES, CustomerLedger } from './customer-ledger';
import type { CreditKind } from './customer-ledger';
import { withdrawGrant } from './grants';

const billing = errorsOf(billingErrors);

/**
 * Credits that nobody paid for. What came from a card goes back to it by a refund, and never past the payment it belongs to. What was made good for an outage is taken back by
 * whoever reckons outages, once they turn out otherwise: by hand besides, it would be taken twice.
 */
const REVERSIBLE = ['internal_credit', 'voucher', 'trial'] as const satisfies readonly CreditKind[];
type ReversibleKind = (typeof REVERSIBLE)[number];

export function isReversibleKind(kind: EntryKind): kind is ReversibleKind {
  return (REVERSIBLE as readonly EntryKind[]).includes(kind);
}

/** Takes a credit back to where it came from, less what of it ran out before, once, by an entry of its own; the credit itself stays as it is. Answers with the reversal. */
export async function reverseEntry(
  tx: Transaction,
  deps: Pick<BillingServices, 'audit' | 'outbox'>,
  request: Omit<RequestContext, 'caller'> & { readonly entryId: string; readonly reason: string },
): Promise<EntryRow> {
  const { entryId, reason, actor, correlationId } = request;
  const credit = await entryById(tx, entryId);
  if (credit === undefined) throw common.fail('not_found');
  const { kind, organization_id: organizationId, currency } = credit;
  if (!isReversibleKind(kind)) throw billing.fail('entry_not_reversible', { details: { kind } });
  const customer = await lockCustomer(tx, organizationId);
  if (customer === undefined) throw new Error(`organization ${organizationId} has an entry and no account`);
  const reference = reversalOf(entryId);
  const known = await entryByReference(tx, { organizationId, reference });
  if (known !== undefined) throw billing.fail('entry_already_reversed', { details: { entry_id: known.entry_id } });

  // What ended unspent was taken then; the rest of the credit is taken now, spent or not.
  const amount = credit.amount_micros - (await withdrawGrant(tx, customer, entryId));
  if (amount <= 0n) throw billing.fail('entry_not_reversible', { details: { kind } });

  const reversalId = await new CustomerLedger(tx, customer).claim({
    kind: 'reversal',
    scope: {
      organizationId,
      departmentId: credit.department_id,
      projectId: credit.project_id,
      userId: credit.user_id,
      allocationId: credit.allocation_id,
    },
    amount,
    to: CREDIT_SOURCES[kind],
    ...{ reason, reference, actor, correlationId },
  });
  await deps.audit.record(tx, {
    action: 'billing.entry.reverse',
    resource: auditedLedgerEntry,
    targetId: entryId,
    projectId: credit.project_id,
    after: { kind, amount: amount.toString(), currency, reversed_by_entry_id: reversalId },
    ...{ actor, organizationId, correlationId, reason },
  });
  await deps.outbox.append(tx, {
    eventType: 'billing.credit_reversed',
    resource: { type: 'organization', id: organizationId },
    payload: {
      organization_id: organizationId,
      entry_id: reversalId,
      reversed_entry_id: entryId,
      kind,
      amount: toMoney(amount, currency),
      reason,
    },
    ...{ correlationId, organizationId },
  });
  const reversal = await entryById(tx, reversalId);
  if (reversal === undefined) throw new Error(`${reversalId} was posted and cannot be read back`);
  return reversal;
}
