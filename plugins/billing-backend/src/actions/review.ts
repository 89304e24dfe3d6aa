import type { Attention, Outbox, Transaction } from '@portico/plugin-kit/backend';
import { newId, toMoney } from '@portico/plugin-kit/contract';
import { announcedStatus, balanceAt, depletedSince, isWorse, nextReviewAt } from '../domain/balance';
import type { Balance, BalanceStatus } from '../domain/balance';
import { burnsAt, costAt, dueThrough } from '../domain/metering';
import { topUpWhenLow } from '../payments/auto-top-up';
import type { PaymentProvider } from '../payments/payment-provider';
import { balancePolicyOf } from '../policy';
import type { BillingPolicy } from '../policy';
import { lockDueCustomer, postponeReview, saveReview } from '../store/customers';
import type { Customer } from '../store/customers';
import { markCapped, metersOf, scopeOf } from '../store/meters';
import { markForRollup } from '../store/rollups';
import { CustomerLedger } from './customer-ledger';
import { endGrants } from './grants';

interface ReviewDeps {
  readonly policy: BillingPolicy;
  readonly outbox: Outbox;
  readonly attention: Attention;
  readonly payments: PaymentProvider | null;
}

/** With half a minute between them: what passes by itself has passed, and nobody has run on unpaid for long. */
const FAILURES_BEFORE_ATTENTION = 3;
const attentionItem = (organizationId: string) => ({
  kind: 'billing_review_failing',
  resource: { type: 'organization', id: organizationId },
});

/** The events a falling balance sends when it reaches a status; depletion has its own rule. */
const FALLING_EVENTS: Partial<Record<BalanceStatus, string>> = {
  notice: 'billing.low_balance_notice',
  warning: 'billing.low_balance_warning',
  auto_release_pending: 'billing.auto_release_pending',
};

/**
 * Looks at one customer whose review is due: caps the meters when the money is used up, posts whole hours, refills holds, says what has become worse, and
 * notes when to look again. Doing it twice, late, or after a crash in between changes nothing, because all of it follows from the clock.
 */
export async function reviewCustomer(tx: Transaction, deps: ReviewDeps, organizationId: string): Promise<void> {
  const customer = await lockDueCustomer(tx, organizationId);
  if (customer === undefined) return;
  const ledger = new CustomerLedger(tx, customer);

  const grantsAt = await endGrants(tx, deps, { customer, ledger });
  const isDepletedNow = await capWhenDepleted(tx, deps, { customer, ledger });
  await postWholeHours(tx, ledger);
  await refillHolds(tx, ledger);

  const policy = balancePolicyOf(deps.policy, customer);
  const balance = balanceAt(ledger.funds, tx.now, policy);
  const announced = announcedStatus(balance, customer.announced, policy);
  const event = isWorse(announced, customer.announced) ? FALLING_EVENTS[announced] : undefined;
  const hasFallen = customer.fallenAt !== null || isDepletedNow || event !== undefined;
  const isBack = announced === 'healthy' && hasFallen;
  if (event !== undefined) await announce(tx, deps, { event, customer, balance });
  if (isBack) await announce(tx, deps, { event: 'billing.recovered', customer, balance });
  const { currency } = customer;
  const alsoBelow = await topUpWhenLow(tx, deps, { organizationId, currency, spendable: balance.spendable });
  await saveReview(tx, {
    organizationId,
    announced,
    fallenAt: hasFallen && !isBack ? (customer.fallenAt ?? tx.now) : null,
    reviewAt: earlier(nextReviewAt(ledger.funds, tx.now, { ...policy, alsoBelow }), grantsAt),
  });
  if (customer.reviewFailures >= FAILURES_BEFORE_ATTENTION)
    await deps.attention.clear(tx, attentionItem(organizationId));
}

/** Has a review that failed tried again later, and asks for a person when it keeps failing: nothing is posted and nobody is warned meanwhile. */
export async function reviewFailed(
  tx: Transaction,
  deps: Pick<ReviewDeps, 'attention'>,
  failed: { organizationId: string; error: Error; retryAt: number },
): Promise<void> {
  const { organizationId, error } = failed;
  const failures = await postponeReview(tx, { organizationId, until: failed.retryAt });
  if (failures < FAILURES_BEFORE_ATTENTION) return;
  const message = `The balance of this organization could not be reviewed ${failures} times in a row: ${error.message}`;
  await deps.attention.raise(tx, { ...attentionItem(organizationId), organizationId, message });
}

/**
 * From the instant the money was used up, running allocations are charged for one more tick at most, whenever they are released and however late this
 * review is. A cap is set once per meter, so the event goes out once per depletion, and again only for meters that started afterwards. Answers whether it did.
 */
async function capWhenDepleted(
  tx: Transaction,
  deps: ReviewDeps,
  books: { customer: Customer; ledger: CustomerLedger },
): Promise<boolean> {
  const { customer, ledger } = books;
  const running = ledger.funds.meters.filter(meter => meter.cappedAt === null && burnsAt(meter, tx.now));
  const starts = running.map(meter => meter.startedAt ?? tx.now);
  // A claim takes money at one instant, as if it had never been there; what was used before it was paid for all the same.
  const from = Math.min(tx.now, Math.max(Math.min(...starts), customer.claimedAt ?? 0));
  const depletedAt = running.length === 0 ? null : depletedSince(ledger.funds, { from, to: tx.now });
  if (depletedAt === null) return false;
  for (const meter of running) {
    // It ended within the millisecond before.
    const at = Math.max(depletedAt - 1 + deps.policy.accrualSeconds * 1000, meter.startedAt ?? 0);
    await markCapped(tx, { allocationId: meter.allocationId, at });
    await markForRollup(tx, { organizationId: customer.organizationId, from: at });
    ledger.remember({ ...meter, cappedAt: at });
  }
  await announce(tx, deps, {
    event: 'billing.balance_depleted',
    customer,
    balance: balanceAt(ledger.funds, tx.now, deps.policy),
  });
  return true;
}

async function postWholeHours(tx: Transaction, ledger: CustomerLedger): Promise<void> {
  const due = ledger.funds.meters.flatMap(meter => {
    const through = dueThrough(meter, tx.now);
    const posted = meter.postedThroughAt;
    if (through === null || posted === null || through === posted) return [];
    // A cap may lie before what was posted, when a start was reported late. Only then is usage given back; not because a clock was set back.
    return through > posted || through === meter.cappedAt ? [{ meter, through }] : [];
  });
  const scopes = new Map(
    (
      await metersOf(
        tx,
        due.map(({ meter }) => meter.allocationId),
      )
    ).map(row => [row.allocation_id, scopeOf(row)]),
  );
  for (const { meter, through } of due) {
    const scope = scopes.get(meter.allocationId);
    if (scope === undefined) continue;
    await ledger.postUsage({
      scope: { ...scope, allocationId: meter.allocationId },
      through,
      total: costAt(meter, through),
      first: 'available',
    });
  }
}

async function refillHolds(tx: Transaction, ledger: CustomerLedger): Promise<void> {
  const short = ledger.funds.meters.filter(meter => meter.held < meter.holdTarget);
  if (short.length === 0 || ledger.free <= 0n) return;
  const scopes = new Map(
    (
      await metersOf(
        tx,
        short.map(meter => meter.allocationId),
      )
    ).map(row => [row.allocation_id, scopeOf(row)]),
  );
  for (const meter of short) {
    const scope = scopes.get(meter.allocationId);
    const lacking = meter.holdTarget - meter.held;
    const amount = lacking < ledger.free ? lacking : ledger.free;
    if (scope === undefined || amount <= 0n) continue;
    await ledger.hold({ scope: { ...scope, allocationId: meter.allocationId }, amount, purpose: 'refill' });
  }
}

/** Null never comes. */
function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

async function announce(
  tx: Transaction,
  deps: ReviewDeps,
  news: { event: string; customer: Customer; balance: Balance },
): Promise<void> {
  const { organizationId, currency } = news.customer;
  await deps.outbox.append(tx, {
    eventType: news.event,
    correlationId: newId('corr', tx.now),
    organizationId,
    resource: { type: 'organization', id: organizationId },
    payload: {
      organization_id: organizationId,
      available: toMoney(news.balance.available, currency),
      held: toMoney(news.balance.held, currency),
      burn_rate_per_hour: toMoney(news.balance.burnRatePerHour, currency),
      runway_seconds: news.balance.runwaySeconds,
    },
  });
}
