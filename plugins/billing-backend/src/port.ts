import type { Clock, Outbox, Queries } from '@portico/plugin-kit/backend';
import type { BillingPort, Forecast } from '@portico/plugin-billing/port';
import { requireOffered } from './actions/change-currency';
import { credit } from './actions/credit';
import { creditOutage } from './actions/credit-outage';
import { hold } from './actions/hold';
import { startMeter, stopMeter } from './actions/meter';
import { balanceAt, drainsAt, runwaySeconds } from './domain/balance';
import { costAt, holdFor } from './domain/metering';
import type { BillingPolicy } from './policy';
import { customersOf, openCustomer } from './store/customers';
import type { Customer } from './store/customers';
import { committedSince } from './store/commitments';
import { hasOpenDispute } from './store/disputes';
import { metersOf } from './store/meters';

/** Organizations and allocations asked for at once: a page of a list, several times over. */
const BATCH_MAX = 1_000;

export interface BillingPortDeps {
  readonly policy: BillingPolicy;
  readonly outbox: Outbox;
  readonly clock: Clock;
}

/** Billing as other plugins call it. */
export function createBillingPort(deps: BillingPortDeps): BillingPort {
  const { policy, clock } = deps;
  const existing = async (queries: Queries, organizationId: string): Promise<Customer> => {
    const customer = (await customersOf(queries, [organizationId])).get(organizationId);
    if (customer === undefined) throw new Error(`organization ${organizationId} has no account`);
    return customer;
  };
  return {
    async openAccount(tx, { organizationId, currency = policy.currency }) {
      requireOffered(policy, currency);
      await openCustomer(tx, { organizationId, currency });
      return { currency: (await existing(tx, organizationId)).currency };
    },
    credit: (tx, request) => credit(tx, deps, request),
    hold: (tx, request) => hold(tx, policy, request),
    startMeter,
    stopMeter,
    creditOutage: (tx, outage) => creditOutage(tx, deps, outage),
    async forecast(queries, { organizationId, pricePerHour }) {
      const customer = await existing(queries, organizationId);
      const paymentsDisputed = policy.disputesBlockLaunches && (await hasOpenDispute(queries, organizationId));
      return { ...forecastOf(customer, { pricePerHour, at: clock.now(), policy }), paymentsDisputed };
    },
    async costOf(queries, allocationIds) {
      assertBatch(allocationIds);
      const at = clock.now();
      return new Map(
        (await metersOf(queries, allocationIds)).map(row => [
          row.allocation_id,
          row.cost_micros ??
            costAt({ startedAt: row.started_at, cappedAt: row.capped_at, pricePerHour: row.price_per_hour_micros }, at),
        ]),
      );
    },
    async currencyOf(queries, organizationId) {
      return (await existing(queries, organizationId)).currency;
    },
    newAccounts: { currency: policy.currency, trialCredit: policy.trialCredit },
    committedSince: (queries, spender) => committedSince(queries, { ...spender, now: clock.now() }),
    async balances(queries, organizationIds) {
      assertBatch(organizationIds);
      const at = clock.now();
      const customers = await customersOf(queries, organizationIds);
      return new Map(
        [...customers].map(([id, customer]) => {
          const { available, held } = balanceAt(customer, at, policy);
          return [id, { available, held, currency: customer.currency }];
        }),
      );
    },
  };
}

function forecastOf(
  customer: Customer,
  options: { pricePerHour: bigint; at: number; policy: BillingPolicy },
): Omit<Forecast, 'paymentsDisputed'> {
  const balance = balanceAt(customer, options.at, options.policy);
  const required = holdFor({ pricePerHour: options.pricePerHour, holdSeconds: options.policy.holdSeconds });
  const after = {
    spendable: balance.spendable,
    burnRatePerHour: balance.burnRatePerHour + options.pricePerHour,
  };
  return {
    currency: customer.currency,
    available: balance.available,
    hold: required,
    availableAfter: balance.available - required,
    sufficient: balance.available >= required,
    burnRatePerHour: balance.burnRatePerHour,
    runwaySecondsNow: balance.runwaySeconds,
    runwaySecondsAfter: runwaySeconds(after),
    drainsAtNow: drainsAt({ ...balance, at: options.at }),
    drainsAtAfter: drainsAt({ ...after, at: options.at }),
  };
}

function assertBatch(ids: readonly string[]): void {
  if (ids.length > BATCH_MAX) throw new Error(`at most ${BATCH_MAX} at once`);
}
