import { Activity, Boxes, CreditCard, House, KeyRound, LayoutGrid } from '@portico/ui';
import type { IconType } from '@portico/ui';

/** One entry of the sidebar. An entry shows when its page is installed and the caller holds the permission. */
export interface NavigationEntry {
  readonly path: string;
  readonly label: string;
  readonly icon: IconType;
  readonly permission: string | null;
}

/** The portal's map. What is not built is not in it. */
export const navigation: readonly { readonly group: string; readonly entries: readonly NavigationEntry[] }[] = [
  {
    group: 'Overview',
    entries: [
      { path: '/', label: 'Home', icon: House, permission: null },
      { path: '/billing', label: 'Billing & Usage', icon: CreditCard, permission: 'billing.balance.read' },
    ],
  },
  {
    group: 'Workloads',
    entries: [{ path: '/workloads', label: 'Workloads', icon: Activity, permission: 'workloads.allocation.read' }],
  },
  {
    group: 'Infrastructure',
    entries: [{ path: '/infra/catalog', label: 'Catalog', icon: LayoutGrid, permission: 'catalog.sku.read' }],
  },
  {
    group: 'Access',
    entries: [{ path: '/access/ssh-keys', label: 'SSH keys', icon: KeyRound, permission: 'access.ssh_key.read' }],
  },
];
