import type { accessContract } from '@portico/plugin-access/contract';
import { pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers, Queries } from '@portico/plugin-kit/backend';
import { common, toInstant, toMoney } from '@portico/plugin-kit/contract';
import { givePlatformRole, takePlatformRole } from '../actions/change-platform-roles';
import { createUser, makeSetPasswordLink, prepareUser } from '../actions/create-user';
import type { SetPasswordLink } from '../actions/create-user';
import { creditUser } from '../actions/credit-user';
import type { CreditedEntry } from '../actions/credit-user';
import { disableUser, enableUser, endUserSessions } from '../actions/keep-user-out';
import { listedUserReply, userDetailReply } from '../platform-user-reply';
import type { AccessServices } from '../services';
import { platformUserById, platformUsersPage } from '../store/platform-users';

type AdminOperations =
  | 'listUsers'
  | 'getUser'
  | 'createUser'
  | 'createSetPasswordLink'
  | 'disableUser'
  | 'enableUser'
  | 'endUserSessions'
  | 'creditUser'
  | 'grantPlatformRole'
  | 'revokePlatformRole';

/** What those do with users who look after all of them. */
export function adminRoutes(services: AccessServices): Pick<Handlers<typeof accessContract>, AdminOperations> {
  const { database, billing } = services;
  const detail = async (queries: Queries, userId: string) => {
    const user = await platformUserById(queries, userId);
    if (!user) throw common.fail('not_found');
    return { status: 200 as const, body: await userDetailReply(queries, services, user) };
  };
  return {
    async listUsers({ query }) {
      const { q, status, platform_role: platformRole } = query;
      const { shown, nextCursor } = await pageByTime(query, {
        name: `users:${JSON.stringify([q, status, platformRole])}`,
        rows: page => platformUsersPage(database.read, { q, status, platformRole, ...page }),
        placeOf: user => ({ at: user.createdAt, id: user.userId }),
      });
      const organizationIds = shown.map(user => user.organizationId);
      const balances = await billing.balances(database.read, organizationIds);
      const items = shown.map(user => listedUserReply(user, balances.get(user.organizationId)));
      return { status: 200, body: { items, next_cursor: nextCursor } };
    },

    getUser: ({ params }) => detail(database.read, params.user_id),

    async createUser(request) {
      const { username, display_name, email, password, platform_roles } = request.body;
      const user = await prepareUser(services, request, {
        username,
        password: password ?? null,
        displayName: display_name ?? null,
        email: email ?? null,
        platformRoles: platform_roles ?? [],
      });
      return request.write(async tx => {
        const { userId, setPassword } = await createUser(tx, services, { ...request, user });
        const created = await platformUserById(tx, userId);
        if (!created) throw new Error('a user was made and cannot be read back');
        const balances = await billing.balances(tx, [created.organizationId]);
        return {
          status: 201,
          body: {
            user: listedUserReply(created, balances.get(created.organizationId)),
            set_password: setPassword && linkReply(setPassword),
          },
        };
      });
    },

    async createSetPasswordLink(request) {
      return request.write(async tx => {
        const link = await makeSetPasswordLink(tx, services, { ...request, userId: request.params.user_id });
        return { status: 201, body: linkReply(link) };
      });
    },

    async disableUser(request) {
      const userId = request.params.user_id;
      return request.write(async tx => {
        await disableUser(tx, services, { ...request, userId, reason: request.body.reason });
        return detail(tx, userId);
      });
    },

    async enableUser(request) {
      const userId = request.params.user_id;
      return request.write(async tx => {
        await enableUser(tx, services, { ...request, userId, reason: request.body.reason ?? null });
        return detail(tx, userId);
      });
    },

    async endUserSessions(request) {
      const { reason } = request.body;
      return request.write(async tx => {
        const ended = await endUserSessions(tx, services, { ...request, userId: request.params.user_id, reason });
        return { status: 200, body: { ended_session_count: ended } };
      });
    },

    async grantPlatformRole(request) {
      const { user_id: userId, role } = request.params;
      return request.write(async tx => {
        await givePlatformRole(tx, services, { ...request, userId, role });
        return detail(tx, userId);
      });
    },

    async revokePlatformRole(request) {
      const { user_id: userId, role } = request.params;
      return request.write(async tx => {
        await takePlatformRole(tx, services, { ...request, userId, role });
        return detail(tx, userId);
      });
    },

    async creditUser(request) {
      const { amount: money, reason, organization_id } = request.body;
      const key = request.headers['idempotency-key'];
      return request.write(async tx => {
        const entry = await creditUser(tx, services, {
          ...request,
          userId: request.params.user_id,
          organizationId: organization_id ?? null,
          money,
          reason,
          idempotencyKey: typeof key === 'string' ? key : null,
        });
        return { status: 201, body: creditReply(entry, { userId: request.params.user_id, reason, at: tx.now }) };
      });
    },
  };
}

const linkReply = ({ url, expiresAt }: SetPasswordLink) => ({ url, expires_at: toInstant(expiresAt) });

function creditReply(entry: CreditedEntry, credit: { userId: string; reason: string; at: number }) {
  return {
    entry_id: entry.entryId,
    kind: 'internal_credit' as const,
    amount: toMoney(entry.amount, entry.currency),
    organization_id: entry.scope.organizationId,
    department_id: entry.scope.departmentId,
    project_id: entry.scope.projectId,
    user_id: credit.userId,
    reason: credit.reason,
    created_at: toInstant(credit.at),
  };
}
