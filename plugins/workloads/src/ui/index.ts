import { createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { adminAllocationsPage } from './admin/admin-pages';
import { taskPage, workloadPage, workloadsPage } from './pages';

export default createFrontendPlugin({
  pluginId: 'workloads',
  extensions: [
    portalPage(workloadsPage, async () => createElement((await import('./workloads-page')).WorkloadsPage)),
    portalPage(workloadPage, async () => createElement((await import('./detail/workload-page')).WorkloadPage)),
    portalPage(taskPage, async () => createElement((await import('./task-page')).TaskPage)),
    portalPage(adminAllocationsPage, async () =>
      createElement((await import('./admin/allocations-page')).AdminAllocationsPage),
    ),
  ],
});
export { adminAllocationsPage } from './admin/admin-pages';
export { taskPage, workloadPage, workloadsPage } from './pages';
export { movesWorkloads } from './concerns';
export type { Workload } from './workload-words';
