import type { Outbox, Queries, Transaction } from '@portico/plugin-kit/backend';
import { newId, toInstant, toMoney } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import { pendingAt, spendableAt } from '../domain/balance';
import { announcementAt, markOf, nextExpiry, nextGrantInstant, spend, spentTo, unspentIn } from '../domain/grants';
import type { Grant, GrantKind } from '../domain/grants';
import type { Customer } from '../store/customers';
import { carryMark, grantOfEntry, insertGrant, openGrants, saveGrant, usageMarkOf } from '../store/grants';
import type { CustomerLedger } from './customer-ledger';

/** Read at once where those that end first are spent; what lies between two credits seldom spends more. */
const GRANTS_PER_ROUND = 20;

/** Everything the customer ever used, posted or not. `customer` is as it was read: what this transaction posted since makes no difference, because it only turns pending into posted. */
function usageAt(customer: Customer, at: number): Micros {
  return customer.used + pendingAt(customer, at);
}

/** The customer's open grants at an instant, with what is unspent of each. */
export async function grantsOf(queries: Queries, customer: Customer, at: number): Promise<Grant[]> {
  const { organizationId } = customer;
  return spentTo(await openGrants(queries, { organizationId }), usageAt(customer, at));
}

/**
 * How much of a customer's money was given and not paid, and is not spent yet. It never goes back to a card: what can is at most what is available less this. Within a transaction
 * that has locked the customer the answer holds until it ends.
 */
export async function unspentPromotional(queries: Queries, customer: Customer, at: number): Promise<Micros> {
  return (await givenMoneyOf(queries, customer, at)).promotional;
}

/** That, and what of it ends next. */
export async function givenMoneyOf(
  queries: Queries,
  customer: Customer,
  at: number,
): Promise<{ promotional: Micros; expiresNext: { amount: Micros; at: number } | null }> {
  const grants = await grantsOf(queries, customer, at);
  // A payment that a bank took back may have left less than was given.
  return { promotional: atMost(unspentIn(grants), spendableAt(customer, at)), expiresNext: nextExpiry(grants, at) };
}

/** Remembers a credit just posted as given. `customer` is locked, and as it was before the credit: what was owed then is paid first and is spent already. */
export async function addGrant(
  tx: Transaction,
  customer: Customer,
  credit: { entryId: string; kind: GrantKind; amount: Micros; expiresAt: number | null },
): Promise<void> {
  const usageMark = await moveMark(tx, customer);
  const settled = customer.owed < credit.amount ? customer.owed : credit.amount;
  await insertGrant(tx, {
    ...credit,
    organizationId: customer.organizationId,
    grantId: newId('grant', tx.now),
    unspent: credit.amount - settled,
    usageMark,
    createdAt: tx.now,
    announcedAt: null,
    expiredAt: null,
  });
  await carryMark(tx, { organizationId: customer.organizationId, mark: usageMark });
}

/** Takes what was used since the mark off the open grants, and answers with the mark that holds from now on. However many are open, only those that are spent are read. */
async function moveMark(tx: Transaction, customer: Customer): Promise<Micros> {
  const { organizationId } = customer;
  const usage = usageAt(customer, tx.now);
  const mark = await usageMarkOf(tx, organizationId);
  if (mark === null) return usage;
  // Where a clock was set back since, less was used than that: nothing is spent twice.
  for (let from = mark; from < usage;) {
    const grants = await openGrants(tx, { organizationId, limit: GRANTS_PER_ROUND });
    const after = spend(grants, { from, to: usage });
    await saveChanged(tx, { before: grants, after });
    const spent = unspentIn(grants) - unspentIn(after);
    if (spent === 0n) break;
    from += spent;
  }
  return usage > mark ? usage : mark;
}

/** Writes those that are not as they were read. */
async function saveChanged(
  tx: Transaction,
  { before, after }: { before: readonly Grant[]; after: readonly Grant[] },
): Promise<void> {
  const known = new Map(before.map(grant => [grant.grantId, grant]));
  for (const grant of after) {
    const was = known.get(grant.grantId);
    const isAsItWas =
      was?.unspent === grant.unspent && was.announcedAt === grant.announcedAt && was.expiredAt === grant.expiredAt;
    if (!isAsItWas) await saveGrant(tx, grant);
  }
}

/**
 * A credit was a mistake and is taken back: nothing of it is left to spend or to end. For whoever posts the reversal of an entry, under the customer's lock. Answers with what its
 * end has taken already, which the reversal leaves out; 0 for an entry that gave nothing.
 */
export async function withdrawGrant(tx: Transaction, customer: Customer, entryId: string): Promise<Micros> {
  const given = await grantOfEntry(tx, entryId);
  if (given === null) return 0n;
  const { organizationId } = customer;
  const before = await openGrants(tx, { organizationId });
  const grants = spentTo(before, usageAt(customer, tx.now));
  for (const grant of grants)
    if (grant.grantId === given.grantId) await saveGrant(tx, { ...grant, unspent: 0n }, { withdrawn: grant.unspent });
  await saveChanged(tx, { before, after: grants.filter(grant => grant.grantId !== given.grantId) });
  await carryMark(tx, { organizationId, mark: markOf(grants) });
  return given.expired;
}

/**
 * Deals with grants at their end, and with those whose end is near; returns when to look again, or null. At its end what is unspent of a grant is taken from what is available. What
 * is held for workloads then stays with them, as it was promised: they may still use it, and what comes back from a hold is taken at the review that follows.
 */
export async function endGrants(
  tx: Transaction,
  deps: { outbox: Outbox },
  books: { customer: Customer; ledger: CustomerLedger },
): Promise<number | null> {
  const { customer } = books;
  const { organizationId } = customer;
  const before = await openGrants(tx, { organizationId });
  let grants = before;
  const isDue = (grant: Grant) => grant.expiresAt !== null && grant.expiresAt <= tx.now;
  const isToBeAnnounced = (grant: Grant) => (announcementAt(grant) ?? Infinity) <= tx.now;
  if (!grants.some(grant => isDue(grant) || isToBeAnnounced(grant))) return nextGrantInstant(grants);

  const ends = new Set(grants.filter(isDue).flatMap(grant => (grant.expiredAt === null ? [grant.expiresAt ?? 0] : [])));
  // What was used after an end was not paid by what had ended, however late this is.
  for (const at of [...ends].sort((one, other) => one - other)) {
    grants = spentTo(grants, usageAt(customer, at));
    grants = await takeBack(tx, deps, { ...books, grants, ended: grant => grant.expiresAt === at });
  }
  grants = spentTo(grants, usageAt(customer, tx.now));
  grants = await takeBack(tx, deps, { ...books, grants, ended: isDue });
  for (const [index, grant] of grants.entries()) {
    if (!isToBeAnnounced(grant)) continue;
    grants[index] = { ...grant, announcedAt: tx.now };
    if (grant.unspent > 0n) await announceEnd(tx, deps, { customer, grant });
  }
  await saveChanged(tx, { before, after: grants });
  await carryMark(tx, { organizationId, mark: markOf(grants) });
  return nextGrantInstant(grants.filter(grant => grant.unspent > 0n));
}

async function takeBack(
  tx: Transaction,
  deps: { outbox: Outbox },
  books: {
    customer: Customer;
    ledger: CustomerLedger;
    grants: readonly Grant[];
    ended: (grant: Grant) => boolean;
  },
): Promise<Grant[]> {
  const { customer, ledger } = books;
  const after: Grant[] = [];
  for (const grant of books.grants) {
    if (!books.ended(grant)) {
      after.push(grant);
      continue;
    }
    const amount = atMost(grant.unspent, ledger.free);
    const left = { ...grant, unspent: grant.unspent - amount, expiredAt: grant.expiredAt ?? tx.now };
    after.push(left);
    if (amount === 0n) continue;
    const entryId = await ledger.charge({
      kind: 'expiry',
      scope: {
        organizationId: customer.organizationId,
        departmentId: null,
        projectId: null,
        userId: null,
        allocationId: null,
      },
      amount,
      reason: 'Credit that was not used in time',
      // Each taking is one of its own; that it happens once is the grant's row, written with it.
      reference: `expiry:${newId('grant', tx.now)}`,
      actor: { type: 'system', id: 'billing' },
      correlationId: null,
    });
    await saveGrant(tx, left, { expired: amount });
    await deps.outbox.append(tx, {
      eventType: 'billing.credit_expired',
      correlationId: newId('corr', tx.now),
      organizationId: customer.organizationId,
      resource: { type: 'organization', id: customer.organizationId },
      payload: {
        organization_id: customer.organizationId,
        grant_id: grant.grantId,
        entry_id: entryId,
        kind: grant.kind,
        amount: toMoney(amount, customer.currency),
      },
    });
  }
  return after;
}

async function announceEnd(
  tx: Transaction,
  deps: { outbox: Outbox },
  { customer, grant }: { customer: Customer; grant: Grant },
): Promise<void> {
  await deps.outbox.append(tx, {
    eventType: 'billing.credit_expiring',
    correlationId: newId('corr', tx.now),
    organizationId: customer.organizationId,
    resource: { type: 'organization', id: customer.organizationId },
    payload: {
      organization_id: customer.organizationId,
      grant_id: grant.grantId,
      kind: grant.kind,
      amount: toMoney(grant.unspent, customer.currency),
      expires_at: toInstant(grant.expiresAt ?? tx.now),
    },
  });
}

function atMost(wanted: Micros, there: Micros): Micros {
  if (there <= 0n) return 0n;
  return wanted < there ? wanted : there;
}
