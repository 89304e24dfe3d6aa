import { createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import {
  addNodePage,
  nodePage,
  nodeProbePage,
  nodeSettingsPage,
  nodesPage,
  nodeSlotsPage,
  placementPage,
} from './pages';

export default createFrontendPlugin({
  pluginId: 'fleet',
  extensions: [
    portalPage(nodesPage, async () => createElement((await import('./nodes/nodes-page')).NodesPage)),
    portalPage(addNodePage, async () => createElement((await import('./add/add-node-page')).AddNodePage)),
    portalPage(nodePage, async () => createElement((await import('./nodes/overview-page')).OverviewPage)),
    portalPage(nodeProbePage, async () => createElement((await import('./nodes/probe-page')).ProbePage)),
    portalPage(nodeSlotsPage, async () => createElement((await import('./slots/slots-page')).SlotsPage)),
    portalPage(nodeSettingsPage, async () => createElement((await import('./settings/settings-page')).SettingsPage)),
    portalPage(placementPage, async () => createElement((await import('./placement/placement-page')).PlacementPage)),
  ],
});
export {
  addNodePage,
  nodePage,
  nodeProbePage,
  nodeSettingsPage,
  nodesPage,
  nodeSlotsPage,
  placementPage,
} from './pages';
