import { listNodes } from '@portico/plugin-fleet/contract';
import { definePage } from '@portico/plugin-kit/ui';
import { forceReleaseAllocation, listAdminAllocations } from '../../contract/admin-operations';

export const adminAllocationsPage = definePage({
  name: 'admin-allocations',
  path: '/admin/allocations',
  title: 'Allocations',
  operations: { listAdminAllocations, listNodes, forceReleaseAllocation },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});
