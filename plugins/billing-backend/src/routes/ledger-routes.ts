import { projectInReach } from '@portico/plugin-kit/backend';
import type { Handlers } from '@portico/plugin-kit/backend';
import { PAGE_LIMIT_DEFAULT } from '@portico/plugin-kit/contract';
import type { billingContract } from '@portico/plugin-billing/contract';
import { ledgerItem } from '../replies';
import type { BillingServices } from '../services';
import { entriesPage } from '../store/ledger';

export function ledgerRoutes({ database }: BillingServices): Pick<Handlers<typeof billingContract>, 'listLedger'> {
  return {
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
