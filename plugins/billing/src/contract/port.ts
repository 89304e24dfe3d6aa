import { createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import type { Actor, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros, Tags } from '@portico/plugin-kit/contract';

/** Who pays and whom it is for: every ledger entry carries all of it. `userId` and `allocationId` are null where nobody or nothing single stands behind it. */
export interface LedgerScope {
  readonly organizationId: string;
  readonly departmentId: string;
  readonly projectId: string;
  readonly userId: string | null;
  readonly allocationId: string | null;
}

/**
 * Billing, as other plugins see it. All money moves in the transaction of what it pays for. A launch takes a rolling hold of one hour (policy) of its
 * price; while it runs the meter posts usage out of the hold and the hold is refilled; at its end the hold is voided.
 */
export interface BillingPort {
  /** Opens an organization's account, in the default currency unless told otherwise. Idempotent. Throws `422 currency_not_offered`. */
  openAccount(tx: Transaction, account: { organizationId: string; currency?: string }): Promise<{ currency: string }>;
  /** Credits an account: `trial` on sign-up (amount from settings; nothing when none is set), `internal_credit` by an admin. Idempotent per `reference`. */
  credit(tx: Transaction, credit: Credit): Promise<{ entryId: string; amount: Micros; currency: string } | null>;
  /** What a launch would hold and how long the money lasts, from the account as it is. */
  forecast(queries: Queries, options: { organizationId: string; pricePerHour: Micros }): Promise<Forecast>;
  /** Locks the account, then holds. Throws `402 insufficient_balance` (details: `required`, `available`, `shortfall`) and holds nothing. */
  hold(
    tx: Transaction,
    hold: {
      scope: LedgerScope & { allocationId: string };
      /** What usage calls the allocation; its id when absent. */
      name?: string;
      pricePerHour: Micros;
      skuId: string;
      gpuCount: number;
      /** What its costs can be grouped by; frozen, whatever becomes of the allocation's own. */
      tags?: Tags;
      /** Of the request behind it; ledger entries keep it. */
      correlationId?: string;
    },
  ): Promise<void>;
  /** The meter runs from `at` (the instant the allocation became active). Idempotent. */
  startMeter(tx: Transaction, meter: { allocationId: string; at: number }): Promise<void>;
  /** The meter stops at `at` (the instant release was requested, or the last proof of life), posts what is owed and voids what is left of the hold. Idempotent; also for an allocation that never became active. */
  stopMeter(tx: Transaction, meter: { allocationId: string; at: number; correlationId?: string }): Promise<void>;
  /**
   * The node of an allocation could not be reached in `[from, to)`, epoch milliseconds. What that time has cost is given back, unless it was shorter than `outageCredit.afterSeconds` of
   * the settings. Idempotent, also where outages overlap; of several allocations call in the order of their organizations. Nothing happens for one that was not metered then.
   */
  creditOutage(
    tx: Transaction,
    outage: { allocationId: string; nodeName: string; from: number; to: number; correlationId: string },
  ): Promise<void>;
  /** What an allocation has cost so far. */
  costOf(queries: Queries, allocationIds: readonly string[]): Promise<ReadonlyMap<string, Micros>>;
  currencyOf(queries: Queries, organizationId: string): Promise<string>;
  /** What an account opened now is kept in and, when nobody says otherwise, given as trial credit. */
  readonly newAccounts: { readonly currency: string; readonly trialCredit: Micros | null };
  /**
   * What an organization has committed since `from`: used, and held for what runs or is about to; of it, what a project and a user of it have. Asked after `hold` in
   * one transaction, it holds still until that ends.
   */
  committedSince(
    queries: Queries,
    spender: { organizationId: string; projectId: string; userId: string; from: number },
  ): Promise<{ readonly organization: Micros; readonly project: Micros; readonly user: Micros }>;
  /** Available and held money per organization, for admin lists. */
  balances(
    queries: Queries,
    organizationIds: readonly string[],
  ): Promise<ReadonlyMap<string, { available: Micros; held: Micros; currency: string }>>;
}

export interface Credit {
  readonly kind: 'trial' | 'internal_credit';
  readonly scope: LedgerScope;
  /** Required for `internal_credit`; `trial` takes the amount of the settings when absent, and gives nothing when it is zero. */
  readonly amount?: Micros;
  readonly currency?: string;
  readonly reason: string;
  /** Unique per account: the same reference credits once. */
  readonly reference: string;
  readonly actor: Actor;
  readonly correlationId: string;
}

export interface Forecast {
  readonly currency: string;
  readonly available: Micros;
  readonly hold: Micros;
  readonly availableAfter: Micros;
  readonly sufficient: boolean;
  /** A payment of the organization is disputed at its bank, and until that is settled it launches nothing (settings). */
  readonly paymentsDisputed: boolean;
  readonly burnRatePerHour: Micros;
  /** Seconds until the money is used up, null when nothing burns. */
  readonly runwaySecondsNow: number | null;
  readonly runwaySecondsAfter: number | null;
  /** The instants at which they end, epoch milliseconds. */
  readonly drainsAtNow: number | null;
  readonly drainsAtAfter: number | null;
}

export const billingPortRef = createServiceRef<BillingPort>({ id: 'portico.port.billing', scope: 'root' });

/** Names of hardware, for people who read a bill. Whoever sells it implements it; while nobody does, ids are all there is. */
export interface SkuNames {
  /** SKU id → name, withdrawn ones included; unknown ones are left out. */
  ofSkus(queries: Queries, skuIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export const skuNamesRef = createServiceRef<SkuNames>({
  id: 'portico.port.sku-names',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({ service, deps: {}, factory: () => ({ ofSkus: async () => new Map<string, string>() }) }),
});
