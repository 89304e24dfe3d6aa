import type { Queries } from '@portico/plugin-kit/backend';
import { toInstant, toInstantOrNull, toMoney } from '@portico/plugin-kit/contract';
import type { Micros, ReplyOf } from '@portico/plugin-kit/contract';
import type { getForecast } from '@portico/plugin-billing/contract';
import { drainsAt, spendableAt } from '../domain/balance';
import { perDay, toComeAtBurn, toComeByTrend } from '../domain/forecast';
import { beginOf, nextOf } from '../domain/rollup-periods';
import { customerSince, customersOf } from '../store/customers';
import { spendingOf, burnOf } from './spending';
import type { SpendingScope } from './spending';

/** What the trend looks back on: a week has its working days and its weekend. */
const TREND_MILLISECONDS = 7 * 86_400_000;

/** What the month is going to cost: of the organization, or of one project of it. Undefined when it has no account. */
export async function monthForecast(
  queries: Queries,
  asked: { organizationId: string; projectId: string | undefined; now: number },
): Promise<ReplyOf<typeof getForecast> | undefined> {
  const { organizationId, projectId, now } = asked;
  const customer = (await customersOf(queries, [organizationId])).get(organizationId);
  const openedAt = await customerSince(queries, organizationId);
  if (customer === undefined || openedAt === undefined) return undefined;
  const from = beginOf('month', now);
  const to = nextOf('month', from);
  // Usage is known by the hour, so the trend begins with one.
  const since = beginOf('hour', Math.max(now - TREND_MILLISECONDS, openedAt));
  const whole: SpendingScope = { scope: 'organization', scopeId: '' };
  const shown: SpendingScope = projectId === undefined ? whole : { scope: 'project', scopeId: projectId };
  const scopes = [whole, shown];
  const spent = await spendingOf(queries, { organizationId, scopes, period: { from, to: now } });
  const recent = await spendingOf(queries, {
    organizationId,
    scopes,
    period: { from: since, to: Math.max(since, now) },
  });
  const burn = await burnOf(queries, { organizationId, scopes, at: now });
  const balance = spendableAt(customer, now);
  const atBurn = (scope: SpendingScope) => toComeAtBurn({ burnRatePerHour: burn(scope), now, to });
  const byTrend = (scope: SpendingScope) => toComeByTrend({ spentSince: recent(scope), since, now, to });
  const money = (amount: Micros) => toMoney(amount, customer.currency);
  // Whatever part of it is shown, the balance pays for all.
  const guess = (toCome: (scope: SpendingScope) => Micros) => ({
    month_total: money(spent(shown) + toCome(shown)),
    still_to_come: money(toCome(shown)),
    balance_lasts: balance >= toCome(whole),
  });
  return {
    as_of: toInstant(now),
    period_from: toInstant(from),
    period_to: toInstant(to),
    currency: customer.currency,
    spent: money(spent(shown)),
    burn_rate_per_hour: money(burn(shown)),
    at_burn: guess(atBurn),
    by_trend: {
      since: toInstant(since),
      spent_since: money(recent(shown)),
      per_day: money(perDay({ spentSince: recent(shown), since, now })),
      ...guess(byTrend),
    },
    balance: money(balance),
    runs_out_at: toInstantOrNull(drainsAt({ spendable: balance, burnRatePerHour: burn(whole), at: now })),
  };
}
