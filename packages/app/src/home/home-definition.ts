import { getBalance } from '@portico/plugin-billing/contract';
import { getMe } from '@portico/plugin-access/contract';
import { catalogPage } from '@portico/plugin-catalog/ui';
import { definePage, portalPage } from '@portico/plugin-kit/ui';
import { listWorkloads } from '@portico/plugin-workloads/contract';
import { createElement } from 'react';

const { listSkus, getFleetTopology } = catalogPage.operations;

export const home = definePage({
  name: 'home',
  path: '/',
  title: 'Home',
  operations: { getMe, getBalance, listWorkloads, listSkus, getFleetTopology },
  states: ['loading', 'empty', 'error', 'success', 'rate_limited'],
});

export const homePage = portalPage(home, async () => createElement((await import('./home-page')).HomePage));
