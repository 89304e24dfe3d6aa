import { projectInReach } from '@portico/plugin-kit/backend';
import type { Clock, Database, Handlers, UserCaller } from '@portico/plugin-kit/backend';
import { common, errorsOf, PAGE_LIMIT_DEFAULT } from '@portico/plugin-kit/contract';
import type { billingContract } from '@portico/plugin-billing/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { balanceAt } from './domain/balance';
import type { BillingPolicy } from './policy';
import { balanceReply, ledgerItem, usageItem } from './replies';
import { customersOf } from './store/customers';
import { entriesPage } from './store/ledger';
import { usagePage } from './store/usage';
import type { UsageFilter } from './store/usage';
import { usageCsv } from './usage-csv';

const billing = errorsOf(billingErrors);

export interface RouteDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly policy: BillingPolicy;
}

export function createHandlers({ database, clock, policy }: RouteDeps): Handlers<typeof billingContract> {
  return {
    async getBalance({ caller }) {
      const customer = (await customersOf(database.read, [caller.organizationId])).get(caller.organizationId);
      if (customer === undefined) throw common.fail('not_found');
      const at = clock.now();
      return { status: 200, body: balanceReply(balanceAt(customer, at, policy), { currency: customer.currency, at }) };
    },
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
    async listLedger({ caller, query }) {
      const page = {
        organizationId: caller.organizationId,
        projectId: projectInReach(caller),
        limit: query.limit ?? PAGE_LIMIT_DEFAULT,
        cursor: query.cursor,
      };
      const { rows, nextCursor } = await entriesPage(database.read, page);
      return { status: 200, body: { items: rows.map(ledgerItem), next_cursor: nextCursor } };
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
