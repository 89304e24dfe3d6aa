import { projectInReach } from '@portico/plugin-kit/backend';
import type { Handlers, UserCaller } from '@portico/plugin-kit/backend';
import { errorsOf, PAGE_LIMIT_DEFAULT, tagOf } from '@portico/plugin-kit/contract';
import type { QueryOf } from '@portico/plugin-kit/contract';
import type { billingContract, exportUsage } from '@portico/plugin-billing/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { usageItem } from '../replies';
import type { BillingServices } from '../services';
import { usagePage } from '../store/usage';
import type { UsageFilter } from '../store/usage';
import { usageCsv } from '../usage-csv';
import { instantOf } from './instant-of';

const billing = errorsOf(billingErrors);

export function usageRoutes({
  database,
  clock,
}: BillingServices): Pick<Handlers<typeof billingContract>, 'listUsage' | 'exportUsage'> {
  return {
    async listUsage({ caller, query }) {
      const page = {
        filter: filterOf(caller, query),
        sort: query.sort ?? '-started_at',
        now: clock.now(),
      };
      const { rows, nextCursor } = await usagePage(database.read, {
        ...page,
        limit: query.limit ?? PAGE_LIMIT_DEFAULT,
        cursor: query.cursor,
      });
      return { status: 200, body: { items: rows.map(usageItem), next_cursor: nextCursor } };
    },
    async exportUsage({ caller, query, signal }) {
      const page = {
        filter: filterOf(caller, query),
        sort: query.sort ?? '-started_at',
        now: clock.now(),
      };
      return {
        status: 200,
        stream: usageCsv(database.read, { ...page, signal }),
        headers: { 'content-disposition': 'attachment; filename="usage.csv"' },
      };
    },
  };
}

function filterOf(caller: UserCaller, query: QueryOf<typeof exportUsage>): UsageFilter {
  const from = instantOf(query.from);
  const to = instantOf(query.to);
  if (from !== undefined && to !== undefined && from > to) throw billing.fail('period_invalid');
  return {
    organizationId: caller.organizationId,
    allocationId: query.allocation_id,
    projectId: projectInReach(caller, query.project_id),
    userId: query.user_id,
    skuId: query.sku_id,
    tag: query.tag === undefined ? undefined : tagOf(query.tag),
    status: query.status,
    from,
    to,
  };
}
