import type { QueryOf } from '@portico/plugin-kit/contract';
import type { listAdminAllocations } from '@portico/plugin-workloads/contract';
import { statusesShownAs } from '../domain/allocation';
import type { Services } from '../services';
import { type AllocationPage, listAllocations } from '../store/allocation-list';

/** A page of everybody's, newest first. A user name that nobody has matches nothing. */
export async function listForAdministrators(
  services: Pick<Services, 'access' | 'database'>,
  query: QueryOf<typeof listAdminAllocations>,
): Promise<AllocationPage> {
  const { read } = services.database;
  const { status, status_group: group, username } = query;
  const named = username === undefined ? undefined : await services.access.userNamed(read, username);
  if (named === null || (named !== undefined && query.user_id !== undefined && named !== query.user_id))
    return { allocations: [], nextCursor: null };
  const filtered = status !== undefined || group !== undefined;
  return listAllocations(
    read,
    {
      organizationId: query.organization_id,
      userId: named ?? query.user_id,
      nodeId: query.node_id,
      statuses: filtered ? statusesShownAs({ displayStatus: status, group }) : undefined,
      search: query.q,
    },
    { limit: query.limit ?? 25, cursor: query.cursor, sort: '-created_at' },
  );
}
