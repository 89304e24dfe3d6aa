import type { PageDefinition } from '@portico/plugin-kit/ui';
import type * as pages from './pages';

type Place<Page extends PageDefinition> = Pick<Page, 'name' | 'path' | 'title'>;
type Pages = typeof pages;

/**
 * Where the pages are, without what they call: all that has to be loaded before one of them is opened. The types hold each place against the definition of its page.
 */
export const places: { readonly [Name in keyof Pages]: Place<Pages[Name]> } = {
  nodesPage: { name: 'nodes', path: '/admin/nodes', title: 'Nodes' },
  addNodePage: { name: 'add-node', path: '/admin/nodes/new', title: 'Add a node' },
  nodePage: { name: 'node', path: '/admin/nodes/:nodeId', title: 'Node' },
  nodeProbePage: { name: 'node-probe', path: '/admin/nodes/:nodeId/probe', title: 'Probe of a node' },
  nodeSlotsPage: { name: 'node-slots', path: '/admin/nodes/:nodeId/slots', title: 'Slots of a node' },
  nodeSettingsPage: { name: 'node-settings', path: '/admin/nodes/:nodeId/settings', title: 'Settings of a node' },
  placementPage: { name: 'placement', path: '/admin/placement', title: 'Would it fit?' },
};
