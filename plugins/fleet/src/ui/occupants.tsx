import { useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { DataTable, EmptyState, Id, RelativeTime } from '@portico/ui';
import { Link } from 'react-router-dom';
import { nodePage } from './pages';
import type { Occupant } from './use-node-slots';

/** As many as one answer holds; an allocation beyond them is shown by its id. */
const ALLOCATIONS_MAX = 100;

export interface NamedOccupant extends Occupant {
  /** Its id where its name is not known. */
  readonly name: string;
  readonly user: { readonly userId: string; readonly username: string | null } | null;
}

/** Who holds slots, with names where they may be read. Pages that use this declare `listAdminAllocations`. */
export function useNamedOccupants(nodeId: string, occupants: readonly Occupant[]): NamedOccupant[] {
  const mayRead = useSignedIn().permissions.has('workloads.allocation.read_any');
  const allocations = useOperation(
    nodePage,
    'listAdminAllocations',
    { query: { node_id: nodeId, status_group: 'active', limit: ALLOCATIONS_MAX } },
    { enabled: mayRead && occupants.length > 0 },
  );
  return occupants.map(occupant => {
    const known = allocations.data?.items.find(one => one.allocation_id === occupant.allocationId);
    return {
      ...occupant,
      name: known?.name ?? occupant.allocationId,
      user: known === undefined ? null : { userId: known.user_id, username: known.username },
    };
  });
}

export function OccupantsTable({ occupants, nothing }: { occupants: readonly NamedOccupant[]; nothing: string }) {
  if (occupants.length === 0)
    return (
      <div className="node-inset">
        <EmptyState title="Nobody runs here" description={nothing} headingLevel={3} />
      </div>
    );
  return (
    <DataTable
      label="Who runs here"
      rows={occupants}
      rowKey={occupant => occupant.allocationId}
      rowTo={occupant => `/admin/allocations?q=${occupant.allocationId}`}
      columns={[
        { key: 'allocation', header: 'Allocation', cell: occupant => occupant.name, priority: 1 },
        {
          key: 'user',
          header: 'User',
          cell: ({ user }) =>
            user === null ? (
              '–'
            ) : (
              <Link to={`/admin/users/${user.userId}`}>
                {user.username === null ? <Id value={user.userId} /> : `@${user.username}`}
              </Link>
            ),
          priority: 1,
        },
        {
          key: 'slots',
          header: 'Slots',
          cell: ({ slots }) => slots.map(({ label }) => label).join('; '),
          priority: 2,
        },
        {
          key: 'since',
          header: 'Since',
          cell: ({ since }) => (since === null ? '–' : <RelativeTime at={since} />),
          priority: 1,
          isNarrow: true,
        },
      ]}
    />
  );
}
