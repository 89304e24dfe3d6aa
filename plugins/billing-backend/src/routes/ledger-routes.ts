import { projectInReach } from '@portico/plugin-kit/backend';
import type { Handlers, Queries } from '@portico/plugin-kit/backend';
import { common, errorsOf, PAGE_LIMIT_DEFAULT } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import type { billingContract } from '@portico/plugin-billing/contract';
import { reverseEntry } from '../actions/reverse-entry';
import { closeBooks, ledgerCsv, ledgerJsonLines } from '../ledger-export';
import { fingerprintOf, ledgerKey } from '../ledger-key';
import { anyLedgerItem, ledgerItem } from '../replies';
import type { BillingServices } from '../services';
import { entriesPage } from '../store/ledger';
import type { EntryFilter, EntryKind, EntryRow } from '../store/ledger';
import { instantOf } from './instant-of';

const billing = errorsOf(billingErrors);

type LedgerOperations = 'listLedger' | 'exportLedger' | 'getLedgerKey' | 'listAnyLedger' | 'reverseLedgerEntry';

export function ledgerRoutes(services: BillingServices): Pick<Handlers<typeof billingContract>, LedgerOperations> {
  const { database } = services;
  return {
    async listLedger({ caller, query }) {
      const { rows, nextCursor } = await entriesPage(database.read, {
        filter: {
          ...filterOf(query),
          organizationId: caller.organizationId,
          projectId: projectInReach(caller, query.project_id),
        },
        limit: query.limit ?? PAGE_LIMIT_DEFAULT,
        cursor: query.cursor,
      });
      return { status: 200, body: { items: rows.map(ledgerItem), next_cursor: nextCursor } };
    },
    async exportLedger({ caller, query, signal }) {
      // Books are of a whole organization; whoever is there for one project alone has no part in them.
      if (projectInReach(caller) !== undefined) throw common.fail('not_found');
      const { organizationId } = caller;
      const period = periodOf(query);
      if (query.format === 'csv') {
        return {
          status: 200,
          stream: ledgerCsv(database.read, { filter: { organizationId, ...period }, signal }),
          mediaType: 'text/csv',
          headers: { 'content-disposition': 'attachment; filename="ledger.csv"' },
        };
      }
      if (query.from !== undefined || query.to !== undefined) throw billing.fail('ledger_export_not_narrowable');
      const key = await ledgerKey(services);
      const books = await closeBooks(database, { organizationId, key });
      if (books === undefined) throw common.fail('not_found');
      return {
        status: 200,
        stream: ledgerJsonLines(database.read, { books, key, signal }),
        headers: { 'content-disposition': 'attachment; filename="ledger.jsonl"' },
      };
    },
    async getLedgerKey() {
      const { publicKey } = await ledgerKey(services);
      return {
        status: 200,
        body: { algorithm: 'ed25519', public_key: publicKey, fingerprint: fingerprintOf(publicKey) },
      };
    },
    async listAnyLedger({ query }) {
      const { rows, nextCursor } = await entriesPage(database.read, {
        filter: { ...filterOf(query), organizationId: query.organization_id, projectId: query.project_id },
        limit: query.limit ?? PAGE_LIMIT_DEFAULT,
        cursor: query.cursor,
      });
      return { status: 200, body: { items: await withNames(database.read, services, rows), next_cursor: nextCursor } };
    },
    async reverseLedgerEntry(request) {
      return request.write(async tx => {
        const entry = await reverseEntry(tx, services, {
          actor: request.actor,
          correlationId: request.correlationId,
          entryId: request.params.entry_id,
          reason: request.body.reason,
        });
        const [item] = await withNames(tx, services, [entry]);
        if (item === undefined) throw new Error('an entry has no reply');
        return { status: 201, body: item };
      });
    },
  };
}

interface PeriodQuery {
  readonly from?: string;
  readonly to?: string;
}

function periodOf(query: PeriodQuery): Pick<EntryFilter, 'from' | 'to'> {
  const [from, to] = [instantOf(query.from), instantOf(query.to)];
  if (from !== undefined && to !== undefined && from > to) throw billing.fail('period_invalid');
  return { from, to };
}

interface LedgerQuery extends PeriodQuery {
  readonly kind?: EntryKind;
  readonly allocation_id?: string;
  readonly user_id?: string;
}

function filterOf(query: LedgerQuery): EntryFilter {
  return { ...periodOf(query), kind: query.kind, allocationId: query.allocation_id, userId: query.user_id };
}

async function withNames(queries: Queries, { access }: BillingServices, rows: readonly EntryRow[]) {
  const organizations = [...new Set(rows.map(row => row.organization_id))];
  const users = [...new Set(rows.filter(row => !UNNAMED_ACTORS.has(row.actor_type)).map(row => row.actor_id))];
  const names = {
    organizations: await access.names(queries, { organizations }),
    users: await access.usernames(queries, users),
  };
  return rows.map(row => anyLedgerItem(row, names));
}

/** Whose ids are no users'. */
const UNNAMED_ACTORS: ReadonlySet<EntryRow['actor_type']> = new Set(['task', 'system']);
