import { createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { places } from './places';

export default createFrontendPlugin({
  pluginId: 'fleet',
  extensions: [
    portalPage(places.nodesPage, async () => createElement((await import('./nodes/nodes-page')).NodesPage)),
    portalPage(places.addNodePage, async () => createElement((await import('./add/add-node-page')).AddNodePage)),
    portalPage(places.nodePage, async () => createElement((await import('./nodes/overview-page')).OverviewPage)),
    portalPage(places.nodeProbePage, async () => createElement((await import('./nodes/probe-page')).ProbePage)),
    portalPage(places.nodeSlotsPage, async () => createElement((await import('./slots/slots-page')).SlotsPage)),
    portalPage(places.nodeSettingsPage, async () =>
      createElement((await import('./settings/settings-page')).SettingsPage),
    ),
    portalPage(places.placementPage, async () =>
      createElement((await import('./placement/placement-page')).PlacementPage),
    ),
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
