/**
 * Pages that show one thing, and the list it stands in. When the tab begins to work elsewhere, such a page would show what does not belong there; lists, and
 * pages that are not listed here, stay.
 */
interface DetailPage {
  readonly path: RegExp;
  readonly list: string;
  /** What it shows, for people. */
  readonly what: string;
  /** What it belongs to: it stays valid within it. */
  readonly of: 'project' | 'organization';
}

const detailPages: readonly DetailPage[] = [
  { path: /^\/workloads\/[^/]+/, list: '/workloads', what: 'workload', of: 'project' },
  { path: /^\/tasks\/[^/]+/, list: '/workloads', what: 'task', of: 'project' },
  { path: /^\/access\/projects\/[^/]+/, list: '/access/projects', what: 'project', of: 'organization' },
  { path: /^\/access\/team\/[^/]+/, list: '/access/team', what: 'member', of: 'organization' },
  {
    path: /^\/access\/service-accounts\/[^/]+/,
    list: '/access/service-accounts',
    what: 'service account',
    of: 'organization',
  },
  { path: /^\/billing\/invoices\/[^/]+/, list: '/billing/invoices', what: 'invoice', of: 'organization' },
  {
    path: /^\/billing\/(return|test-checkout\/[^/]+)$/,
    list: '/billing/payments',
    what: 'payment',
    of: 'organization',
  },
];

/** Where to go from this page when the tab begins to work elsewhere; null: nowhere, it stays valid. */
export function listInstead(pathname: string, changed: 'project' | 'organization'): DetailPage | null {
  const page = detailPages.find(({ path }) => path.test(pathname));
  return page !== undefined && (changed === 'organization' || page.of === 'project') ? page : null;
}
