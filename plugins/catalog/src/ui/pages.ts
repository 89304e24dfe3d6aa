import { listSshKeys } from '@portico/plugin-access/contract';
import { getFleetTopology } from '@portico/plugin-fleet/contract';
import { definePage } from '@portico/plugin-kit/ui';
import { launchAllocation, precheckLaunch, quoteLaunch } from '@portico/plugin-workloads/contract';
import { listOsImages, listSkus } from '../contract/operations';

export const catalogPage = definePage({
  name: 'catalog',
  path: '/infra/catalog',
  title: 'Catalog',
  operations: { listSkus, getFleetTopology },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const launchPage = definePage({
  name: 'launch',
  path: '/launch',
  title: 'Launch a workload',
  operations: { listSkus, listOsImages, listSshKeys, getFleetTopology, quoteLaunch, precheckLaunch, launchAllocation },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});
