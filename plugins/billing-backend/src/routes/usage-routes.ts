import { projectInReach } from '@portico/plugin-kit/backend';
import type { Handlers, UserCaller } from '@portico/plugin-kit/backend';
import { errorsOf, PAGE_LIMIT_DEFAULT } from '@portico/plugin-kit/contract';
import type { billingContract } from '@portico/plugin-billing/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { usageItem } from '../replies';
import type { BillingServices } from '../services';
import { usagePage } from '../store/usage';
import type { UsageFilter } from '../store/usage';
import { usageCsv } from '../usage-csv';

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

interface PeriodQuery {
  readonly allocation_id?: string;
  readonly project_id?: string;
  readonly from?: string;
  readonly to?: string;
}

function filterOf(caller: UserCaller, query: PeriodQuery): UsageFilter {
  const from = instantOf(query.from);
  const to = instantOf(query.to);
  if (from !== undefined && to !== undefined && from > to) throw billing.fail('period_invalid');
  const { organizationId } = caller;
  return {
    organizationId,
    allocationId: query.allocation_id,
    projectId: projectInReach(caller, query.project_id),
    from,
    to,
  };
}

/** RFC 3339 knows leap seconds and JavaScript does not: 23:59:60 is the instant after. */
function instantOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text.replace(/:60(?=[.Zz+-])/, ':59'));
}
