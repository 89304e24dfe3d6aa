import { projectInReach } from '@portico/plugin-kit/backend';
import type { Handlers, UserCaller } from '@portico/plugin-kit/backend';
import { common, tagOf, toInstant, toInstantOrNull, toMoney } from '@portico/plugin-kit/contract';
import type { QueryOf } from '@portico/plugin-kit/contract';
import { BURN_WORKLOADS_MAX } from '@portico/plugin-billing/contract';
import type { billingContract, getCosts, getUsageTimeline } from '@portico/plugin-billing/contract';
import { costTable, timeline } from '../actions/explain-costs';
import type { Group } from '../actions/explain-costs';
import { balanceAt, drainsAt } from '../domain/balance';
import { burnsAt, costAt } from '../domain/metering';
import { shareOf } from '../domain/share';
import type { BillingServices } from '../services';
import { customersOf } from '../store/customers';
import { runningMeters } from '../store/meters';
import type { DimensionFilter } from '../store/metered-cost';
import type { GroupBy } from '../store/rollups';
import { instantOf } from './instant-of';

const TAG_PREFIX = 'tag:';

export function costRoutes(
  services: BillingServices,
): Pick<Handlers<typeof billingContract>, 'getUsageTimeline' | 'getCosts' | 'getBurn'> {
  const { database, clock, policy } = services;
  const customerOf = async ({ organizationId }: UserCaller) => {
    const customer = (await customersOf(database.read, [organizationId])).get(organizationId);
    if (customer === undefined) throw common.fail('not_found');
    return customer;
  };
  return {
    async getUsageTimeline({ caller, query }) {
      const now = clock.now();
      const { currency } = await customerOf(caller);
      const money = (amount: bigint) => toMoney(amount, currency);
      const asked = askedFor(caller, { ...query, group_by: query.group_by ?? 'none' });
      const interval = query.interval ?? 'day';
      const shown = await timeline(database.read, services, { ...asked, grain: interval, now });
      return {
        status: 200,
        body: {
          from: toInstant(shown.from),
          to: toInstant(shown.to),
          interval,
          group_by: query.group_by ?? 'none',
          as_of: toInstant(now),
          total: money(shown.total),
          buckets: shown.buckets.map(({ begin, end, total }) => ({
            begins_at: toInstant(begin),
            ends_at: toInstant(end),
            total: money(total),
          })),
          series: shown.series.map(one => ({
            ...groupReply(one),
            total: money(one.total),
            amounts: one.amounts.map(String),
          })),
        },
      };
    },

    async getCosts({ caller, query }) {
      const now = clock.now();
      const { currency } = await customerOf(caller);
      const money = (amount: bigint) => toMoney(amount, currency);
      const asked = askedFor(caller, { ...query, group_by: query.group_by ?? 'project' });
      const table = await costTable(database.read, services, { ...asked, now });
      return {
        status: 200,
        body: {
          from: toInstant(table.from),
          to: toInstant(table.to),
          group_by: query.group_by ?? 'project',
          as_of: toInstant(now),
          total: money(table.total),
          credited: money(table.credited),
          gpu_seconds: table.gpuSeconds,
          items: table.groups.map(group => ({
            ...groupReply(group),
            cost: money(group.cost),
            credited: money(group.credited),
            gpu_seconds: group.gpuSeconds,
            share: shareOf(group.cost, table.total),
          })),
        },
      };
    },

    async getBurn({ caller }) {
      const now = clock.now();
      const customer = await customerOf(caller);
      const money = (amount: bigint) => toMoney(amount, customer.currency);
      const { spendable, burnRatePerHour, runwaySeconds } = balanceAt(customer, now, policy);
      const running = await runningMeters(database.read, {
        organizationId: caller.organizationId,
        projectId: projectInReach(caller),
      });
      const burning = running
        .map(row => ({
          row,
          meter: { startedAt: row.started_at, cappedAt: row.capped_at, pricePerHour: row.price_per_hour_micros },
        }))
        .filter(({ meter }) => burnsAt(meter, now));
      return {
        status: 200,
        body: {
          as_of: toInstant(now),
          burn_rate_per_hour: money(burnRatePerHour),
          runway_seconds: runwaySeconds,
          drains_at: toInstantOrNull(drainsAt({ spendable, burnRatePerHour, at: now })),
          running_count: burning.length,
          items: burning.slice(0, BURN_WORKLOADS_MAX).map(({ row, meter }) => ({
            allocation_id: row.allocation_id,
            allocation_name: row.allocation_name,
            project_id: row.project_id,
            user_id: row.user_id,
            sku_id: row.sku_id,
            gpu_count: row.gpu_count,
            price_per_hour: money(row.price_per_hour_micros),
            started_at: toInstant(row.started_at),
            cost: money(costAt(meter, now)),
            share: shareOf(row.price_per_hour_micros, burnRatePerHour),
          })),
        },
      };
    },
  };
}

function groupReply({ kind, key, label }: Group) {
  return { kind, key, label };
}

function askedFor(
  caller: UserCaller,
  query: Omit<QueryOf<typeof getUsageTimeline> | QueryOf<typeof getCosts>, 'interval'> & { group_by: string },
) {
  const filter: DimensionFilter = {
    organizationId: caller.organizationId,
    projectId: projectInReach(caller, query.project_id),
    userId: query.user_id,
    skuId: query.sku_id,
    tag: query.tag === undefined ? undefined : tagOf(query.tag),
  };
  const { group_by: by } = query;
  const groupBy = by.startsWith(TAG_PREFIX) ? { tagKey: by.slice(TAG_PREFIX.length) } : (by as GroupBy);
  return { filter, groupBy, from: instantOf(query.from), to: instantOf(query.to) };
}
