import { Id, Instant, Money } from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { Link } from 'react-router-dom';
import { entryKinds } from './ledger-words';
import type { LedgerEntry } from './ledger-words';

/** What every list of entries shows, whoever looks at it. */
export const ledgerColumns = {
  at: {
    key: 'at',
    header: 'When',
    cell: entry => <Instant at={entry.created_at} withSeconds />,
    priority: 1,
    isNarrow: true,
  },
  kind: { key: 'kind', header: 'Kind', cell: entry => entryKinds[entry.kind], priority: 1, isNarrow: true },
  description: { key: 'description', header: 'Description', cell: describe, priority: 2 },
  allocation: {
    key: 'allocation',
    header: 'Workload',
    cell: entry =>
      entry.allocation_id === null ? (
        '–'
      ) : (
        <Link to={`/workloads/${entry.allocation_id}`}>
          <Id value={entry.allocation_id} />
        </Link>
      ),
    priority: 3,
  },
  amount: {
    key: 'amount',
    header: 'Amount',
    cell: entry => <Money value={entry.amount} fractionDigits={4} sign="always" />,
    align: 'end',
    priority: 1,
    isNarrow: true,
  },
} as const satisfies Record<string, DataColumn<LedgerEntry>>;

function describe(entry: LedgerEntry): string {
  return entry.reversed_by_entry_id === null ? entry.description : `${entry.description} (reversed later)`;
}
