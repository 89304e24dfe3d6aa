import {
  ActivityIcon,
  BotIcon,
  CardIcon,
  CodeIcon,
  CpuIcon,
  EyeIcon,
  FolderIcon,
  GpuIcon,
  HomeIcon,
  ImageIcon,
  KeyIcon,
  LayersIcon,
  ReceiptIcon,
  RefreshIcon,
  ServerIcon,
  ShieldIcon,
  SettingsIcon,
  TableIcon,
  UserIcon,
  UsersIcon,
  WalletIcon,
} from '@portico/ui';
import type { NavGroup, NavItem } from '@portico/ui';

interface Entry extends NavItem {
  permission: string | null;
}

/** The portal's map. What is not built is not in it. */
const navigation: readonly { title: string; items: readonly Entry[] }[] = [
  {
    title: 'Overview',
    items: [
      { to: '/', label: 'Home', icon: HomeIcon, isExact: true, permission: null },
      { to: '/billing', label: 'Billing & Usage', icon: CardIcon, permission: 'billing.balance.read' },
    ],
  },
  {
    title: 'Workloads',
    items: [{ to: '/workloads', label: 'Workloads', icon: ActivityIcon, permission: 'workloads.allocation.read' }],
  },
  {
    title: 'Infrastructure',
    items: [{ to: '/infra/catalog', label: 'Catalog', icon: CpuIcon, permission: 'catalog.sku.read' }],
  },
  {
    title: 'Access',
    items: [
      { to: '/access/projects', label: 'Projects', icon: FolderIcon, permission: 'access.project.read' },
      { to: '/access/team', label: 'Team', icon: UsersIcon, permission: 'access.member.read' },
      { to: '/access/ssh-keys', label: 'SSH keys', icon: KeyIcon, permission: 'access.ssh_key.read' },
      { to: '/access/api-keys', label: 'API keys', icon: CodeIcon, permission: 'access.api_key.read' },
      {
        to: '/access/service-accounts',
        label: 'Service accounts',
        icon: BotIcon,
        permission: 'access.service_account.read',
      },
      { to: '/access/policies', label: 'Policies', icon: LayersIcon, permission: 'access.policy.read' },
      { to: '/access/organization', label: 'Organization', icon: SettingsIcon, permission: 'access.project.read' },
      { to: '/access/audit-logs', label: 'Audit log', icon: ShieldIcon, permission: 'audit.log.read' },
    ],
  },
  {
    title: 'Money',
    items: [
      { to: '/admin/payment-sessions', label: 'Payments', icon: CardIcon, permission: 'billing.payment.read_any' },
      { to: '/admin/refunds', label: 'Refunds', icon: RefreshIcon, permission: 'billing.refund.read_any' },
      { to: '/admin/vouchers', label: 'Vouchers', icon: WalletIcon, permission: 'billing.voucher.manage_any' },
      { to: '/admin/invoices', label: 'Invoices', icon: ReceiptIcon, permission: 'billing.invoice.read_any' },
      { to: '/admin/ledger', label: 'Ledger', icon: TableIcon, permission: 'billing.payment.read_any' },
    ],
  },
  {
    title: 'Admin',
    items: [
      { to: '/admin/nodes', label: 'Nodes', icon: ServerIcon, permission: 'fleet.node.read' },
      { to: '/admin/skus', label: 'SKUs', icon: GpuIcon, permission: 'catalog.sku.manage' },
      { to: '/admin/os-images', label: 'OS images', icon: ImageIcon, permission: 'catalog.image.manage' },
      {
        to: '/admin/allocations',
        label: 'Allocations',
        icon: ActivityIcon,
        permission: 'workloads.allocation.read_any',
      },
      { to: '/admin/users', label: 'Users', icon: UserIcon, permission: 'access.user.read_any' },
      { to: '/admin/support', label: 'Support', icon: EyeIcon, permission: 'access.support.open_any' },
      { to: '/admin/policies', label: 'Policies', icon: LayersIcon, permission: 'access.policy.manage_any' },
      { to: '/admin/audit-logs', label: 'Audit log', icon: ShieldIcon, permission: 'audit.log.read_any' },
    ],
  },
];

/** What somebody with these permissions finds in the sidebar. */
export function navigationFor(permissions: ReadonlySet<string>): NavGroup[] {
  return navigation
    .map(({ title, items }) => ({
      title,
      items: items.filter(item => item.permission === null || permissions.has(item.permission)),
    }))
    .filter(group => group.items.length > 0);
}
