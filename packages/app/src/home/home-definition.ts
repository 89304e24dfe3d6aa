import { getBalance } from '@portico/plugin-billing/contract';
import { getMe } from '@portico/plugin-access/contract';
import { listSkus } from '@portico/plugin-catalog/contract';
import { getFleetTopology } from '@portico/plugin-fleet/contract';
import { definePage } from '@portico/plugin-kit/ui';
import { listWorkloads } from '@portico/plugin-workloads/contract';

export const home = definePage({
  name: 'home',
  path: '/',
  title: 'Home',
  operations: { getMe, getBalance, listWorkloads, listSkus, getFleetTopology },
  states: ['loading', 'empty', 'error', 'success', 'rate_limited'],
});
