import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { claimedMemberships } from '../domain/oidc-claims';
import type { Claims, MembershipRule } from '../domain/oidc-claims';
import { OWNER } from '../domain/roles';
import type { AccessServices } from '../services';
import {
  changeClaimedRole,
  insertClaimedMembership,
  membershipIn,
  membershipsKeptBy,
  organizationsCalled,
} from '../store/claimed-memberships';
import { memberOf } from '../store/members';
import { lockOrganization } from '../store/organizations';
import { endMembership } from './end-membership';
import { tellOfMemberRole, tellOfNewMember } from './member-notices';
import { settleDefaultProject } from './settle-default-project';

/** Where memberships of this file come from, as members are listed. */
const SOURCE = 'identity_provider';

interface Following {
  readonly userId: string;
  readonly provider: string;
  readonly actor: Actor;
  readonly correlationId: string;
}

/**
 * Brings a person's memberships up to what their provider says of them. Only memberships that came from this provider are changed or ended: what people
 * gave by hand, or another provider, stays. An owner stays one, whoever made them a member.
 */
export async function followClaims(
  tx: Transaction,
  services: AccessServices,
  options: {
    userId: string;
    provider: string;
    rules: readonly MembershipRule[];
    claims: Claims;
    correlationId: string;
  },
): Promise<void> {
  const { userId, provider, rules, claims, correlationId } = options;
  const claimed = claimedMemberships(rules, claims);
  const organizations = await organizationsCalled(tx, [...claimed.keys()]);
  const wanted = new Map<string, string>();
  for (const [name, role] of claimed) {
    const organizationId = organizations.get(name);
    if (organizationId !== undefined && !wanted.has(organizationId)) wanted.set(organizationId, role);
  }
  const kept = await membershipsKeptBy(tx, { userId, provider });
  const concerned = new Set([...wanted.keys(), ...kept.map(({ organizationId }) => organizationId)]);
  const following: Following = {
    userId,
    provider,
    actor: { type: 'system', id: `identity-provider:${provider}` },
    correlationId,
  };
  // In one order for everybody, so that two people who sign in never wait for each other in a circle.
  for (const organizationId of [...concerned].sort())
    await follow(tx, services, { ...following, organizationId, role: wanted.get(organizationId) ?? null });
}

async function follow(
  tx: Transaction,
  services: AccessServices,
  change: Following & { organizationId: string; role: string | null },
): Promise<void> {
  const { userId, provider, organizationId, role } = change;
  await lockOrganization(tx, organizationId);
  const membership = await membershipIn(tx, { userId, organizationId });
  if (!membership) {
    if (role !== null) await join(tx, services, { ...change, role });
    return;
  }
  if (membership.provider !== provider || membership.role === OWNER || membership.role === role) return;
  if (role === null) await leave(tx, services, change);
  else await changeRole(tx, services, { ...change, role, before: membership.role });
}

async function join(
  tx: Transaction,
  services: AccessServices,
  membership: Following & { organizationId: string; role: string },
): Promise<void> {
  await insertClaimedMembership(tx, membership);
  await tellOfNewMember(tx, services, { ...membership, after: { role: membership.role, source: SOURCE } });
}

async function changeRole(
  tx: Transaction,
  services: AccessServices,
  change: Following & { organizationId: string; role: string; before: string },
): Promise<void> {
  const { before, role } = change;
  await changeClaimedRole(tx, change);
  await settleDefaultProject(tx, services, change);
  await tellOfMemberRole(tx, services, {
    ...change,
    before: { role: before, source: SOURCE },
    after: { role, source: SOURCE },
  });
}

async function leave(
  tx: Transaction,
  services: AccessServices,
  { userId, organizationId, actor, correlationId }: Following & { organizationId: string },
): Promise<void> {
  const member = await memberOf(tx, { organizationId, userId });
  if (member) await endMembership(tx, services, { member, actor, correlationId });
}
