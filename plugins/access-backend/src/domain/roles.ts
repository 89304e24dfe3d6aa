/**
 * A role is a name for a set of permissions, of all plugins; nothing else is decided by it. Code asks for permissions only. Roles are data in
 * the database by name (membership, project role, platform role); what a name grants is here, so a change reaches everyone with the next request.
 */

/** What everybody has who belongs to an organization: their own keys, and what there is to have. */
const own = [
  'access.api_key.manage',
  'access.api_key.read',
  'access.ssh_key.manage',
  'access.ssh_key.read',
  'catalog.image.read',
  'catalog.sku.read',
] as const;

const viewer = [
  ...own,
  'access.member.read',
  'access.policy.read',
  'access.project.read',
  'access.service_account.read',
  'billing.balance.read',
  'billing.budget.read',
  'billing.usage.read',
  'events.stream.read',
  'workloads.allocation.read',
  'workloads.task.read',
] as const;

const member = [
  ...viewer,
  'workloads.allocation.connect',
  'workloads.allocation.launch',
  'workloads.allocation.release',
  'workloads.task.cancel',
] as const;

const billing = [
  ...own,
  'access.member.read',
  'access.policy.read',
  'access.project.read',
  'billing.alert.manage',
  'billing.balance.read',
  'billing.budget.manage',
  'billing.budget.read',
  'billing.invoice.read',
  'billing.ledger.export',
  'billing.ledger.read',
  'billing.payment.manage',
  'billing.payment.read',
  'billing.refund.read',
  'billing.refund.request',
  'billing.usage.read',
  'billing.voucher.redeem',
  'events.stream.read',
] as const;

const security = [
  ...own,
  'access.api_key.manage_any',
  'access.member.read',
  'access.policy.manage',
  'access.policy.read',
  'access.project.read',
  'access.service_account.read',
  'audit.log.read',
  'events.stream.read',
  'workloads.allocation.read',
  'workloads.recording.read',
  'workloads.task.read',
] as const;

const admin = [
  ...new Set([...member, ...billing, ...security]),
  'access.department.manage',
  'access.member.manage',
  'access.organization.manage',
  'access.project.manage',
  'access.project_member.manage',
  'access.service_account.manage',
] as const;

const owner = [...admin, 'access.organization.transfer'] as const;

/** What the billing operator does, and the platform's administrators too. */
const billingOfPlatform = [
  'billing.credit.grant',
  'billing.entry.reverse_any',
  'billing.invoice.read_any',
  'billing.payment.read_any',
  'billing.payment.reconcile_any',
  'billing.refund.approve_any',
  'billing.refund.manage_any',
  'billing.refund.read_any',
  'billing.voucher.manage_any',
] as const;

const platformAdmin = [
  'access.platform_role.manage_any',
  'access.policy.manage_any',
  'access.support.open_any',
  'access.user.manage_any',
  'access.user.read_any',
  'audit.log.read_any',
  ...billingOfPlatform,
  'catalog.image.manage',
  'catalog.sku.manage',
  'fleet.node.manage',
  'fleet.node.read',
  'platform.attention.read',
  'platform.mail.read',
  'platform.overview.read',
  'workloads.allocation.force_release',
  'workloads.allocation.read_any',
] as const;

const billingOperator = ['access.user.read_any', 'audit.log.read_any', ...billingOfPlatform] as const;

const supportAgent = ['access.support.open_any', 'access.user.read_any'] as const;

export const OWNER = 'owner';
/** Belongs to the organization, and does there what roles in single projects allow. */
export const GUEST = 'guest';
export const PLATFORM_ADMIN = 'platform_admin';

/** Roles one has in an organization: name → permissions, which hold in all of its projects. */
export const organizationRoles: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  [OWNER, owner],
  ['admin', admin],
  ['member', member],
  ['viewer', viewer],
  ['billing', billing],
  ['security', security],
  [GUEST, own],
]);
/** Roles one has on the whole platform, wherever one is: name → permissions. */
export const platformRoles: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  [PLATFORM_ADMIN, platformAdmin],
  ['billing_operator', billingOperator],
  ['support_agent', supportAgent],
]);

/** What reaches beyond one project: an SSH key opens the workloads of all of them, and projects are made beside each other. */
const ofTheAccount: ReadonlySet<string> = new Set([
  'access.api_key.manage_any',
  'billing.alert.manage',
  'billing.invoice.read',
  'billing.ledger.export',
  'billing.payment.manage',
  'billing.payment.read',
  'billing.refund.read',
  'billing.refund.request',
  'billing.voucher.redeem',
  'access.department.manage',
  'access.member.manage',
  'access.organization.manage',
  'access.organization.transfer',
  'access.project.manage',
  'access.ssh_key.manage',
]);
const ofThePlatform: ReadonlySet<string> = new Set([...platformRoles.values()].flat());

/** Whether holding it in one project alone would mean something. */
export function isOfProject(permission: string): boolean {
  return !ofTheAccount.has(permission) && !ofThePlatform.has(permission);
}

/** The roles one may be given in one project: the organization's by name, as far as they mean something there. */
export const projectRoles: ReadonlyMap<string, readonly string[]> = new Map(
  ['admin', 'member', 'viewer', 'billing', 'security'].map(name => [
    name,
    (organizationRoles.get(name) ?? []).filter(isOfProject),
  ]),
);

/**
 * What a support agent sees of the organization they look into: all that its owner may read, and nothing that changes anything. What people had on
 * their screens is nothing support needs to help them.
 */
const support: readonly string[] = owner.filter(
  permission => permission.endsWith('.read') && permission !== 'workloads.recording.read',
);

export interface HeldRoles {
  /** Null: not a member. */
  readonly organization: string | null;
  /** In the active project. */
  readonly project: string | null;
  readonly platform: readonly string[];
  /** Looks into an organization they are no member of. */
  readonly isSupport: boolean;
}

export interface GrantedPermissions {
  /** In the active project. */
  readonly permissions: ReadonlySet<string>;
  /** Of them, what holds in every project. */
  readonly organizationPermissions: ReadonlySet<string>;
}

/** Union of what the roles grant. A name nobody knows (a role of a newer version) grants nothing. */
export function permissionsOf(roles: HeldRoles): GrantedPermissions {
  const everywhere = new Set([
    ...(organizationRoles.get(roles.organization ?? '') ?? []),
    ...(roles.isSupport ? support : []),
    ...roles.platform.flatMap(role => platformRoles.get(role) ?? []),
  ]);
  const here = projectRoles.get(roles.project ?? '') ?? [];
  return { permissions: new Set([...everywhere, ...here]), organizationPermissions: everywhere };
}

/** The roles in an organization that grant it everywhere there. */
export function rolesGranting(permission: string): string[] {
  return [...organizationRoles].filter(([, granted]) => granted.includes(permission)).map(([name]) => name);
}
