import { createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { places } from './places';

export default createFrontendPlugin({
  pluginId: 'workloads',
  extensions: [
    portalPage(places.workloadsPage, async () => createElement((await import('./workloads-page')).WorkloadsPage)),
    portalPage(places.workloadPage, async () => createElement((await import('./detail/workload-page')).WorkloadPage)),
    portalPage(places.taskPage, async () => createElement((await import('./task-page')).TaskPage)),
    portalPage(places.adminAllocationsPage, async () =>
      createElement((await import('./admin/allocations-page')).AdminAllocationsPage),
    ),
  ],
});
export { adminAllocationsPage } from './admin/admin-pages';
export { taskPage, workloadPage, workloadsPage } from './pages';
export { movesWorkloads } from './concerns';
export type { Workload } from './workload-words';
