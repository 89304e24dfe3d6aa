import type { PageDefinition } from '@portico/plugin-kit/ui';
import type * as adminPages from './admin/admin-pages';
import type * as pages from './pages';

type Place<Page extends PageDefinition> = Pick<Page, 'name' | 'path' | 'title'>;
type Pages = typeof adminPages & typeof pages;

/**
 * Where the pages are, without what they call: all that has to be loaded before one of them is opened. The types hold each place against the definition of its page.
 */
export const places: { readonly [Name in keyof Pages]: Place<Pages[Name]> } = {
  adminAllocationsPage: { name: 'admin-allocations', path: '/admin/allocations', title: 'Allocations' },
  workloadsPage: { name: 'workloads', path: '/workloads', title: 'Workloads' },
  workloadPage: { name: 'workload', path: '/workloads/:allocationId', title: 'Workload' },
  taskPage: { name: 'task', path: '/tasks/:taskId', title: 'Task' },
};
