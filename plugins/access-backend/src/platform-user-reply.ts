import type { createUser, getUser, listSupportSessions } from '@portico/plugin-access/contract';
import type { Queries } from '@portico/plugin-kit/backend';
import { toInstant, toInstantOrNull, toMoney } from '@portico/plugin-kit/contract';
import type { Micros, ReplyOf } from '@portico/plugin-kit/contract';
import { MEMBERSHIPS_SHOWN_MAX } from '@portico/plugin-access/contract';
import { userReply } from './replies';
import type { AccessServices } from './services';
import { userFacts } from './store/platform-users';
import type { PlatformUser } from './store/platform-users';
import type { SupportSession } from './store/support-sessions';

export interface Balance {
  readonly available: Micros;
  readonly held: Micros;
  readonly currency: string;
}

export function listedUserReply(user: PlatformUser, balance: Balance | undefined): ReplyOf<typeof createUser>['user'] {
  return {
    ...userReply(user),
    kind: user.kind,
    status: user.status,
    organization_id: user.organizationId,
    platform_roles: [...user.platformRoles],
    balance: balance
      ? {
          available: toMoney(balance.available, balance.currency),
          held: toMoney(balance.held, balance.currency),
          currency: balance.currency,
        }
      : null,
    last_seen_at: toInstantOrNull(user.lastSeenAt),
  };
}

export async function userDetailReply(
  queries: Queries,
  { billing, clock }: Pick<AccessServices, 'billing' | 'clock'>,
  user: PlatformUser,
): Promise<ReplyOf<typeof getUser>> {
  const { organizationId, userId } = user;
  const balances = await billing.balances(queries, [organizationId]);
  const facts = await userFacts(queries, { userId, now: clock.now(), membershipsMax: MEMBERSHIPS_SHOWN_MAX });
  return {
    ...listedUserReply(user, balances.get(organizationId)),
    memberships: facts.memberships.map(({ organizationId: organization_id, name, role, createdAt }) => ({
      organization_id,
      name,
      role,
      joined_at: toInstant(createdAt),
    })),
    open_session_count: facts.openSessions,
    api_key_count: facts.apiKeys,
    has_second_factor: facts.hasSecondFactor,
    last_sign_in_at: toInstantOrNull(facts.lastSignInAt),
    disabled: user.status === 'disabled' ? { at: toInstantOrNull(user.disabledAt), reason: user.disabledReason } : null,
  };
}

export function supportSessionReply(
  session: SupportSession,
  signInSessionId: string | null,
): ReplyOf<typeof listSupportSessions>['items'][number] {
  return {
    support_session_id: session.supportSessionId,
    organization: { organization_id: session.organizationId, name: session.organizationName },
    user: { user_id: session.userId, username: session.username },
    reason: session.reason,
    status: session.status,
    is_own: session.sessionId === signInSessionId,
    project_id: session.status === 'open' ? session.projectId : null,
    created_at: toInstant(session.createdAt),
    expires_at: toInstant(session.expiresAt),
    ended_at: toInstantOrNull(session.endedAt),
  };
}
