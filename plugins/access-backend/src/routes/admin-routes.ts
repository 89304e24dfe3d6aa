import type { accessContract } from '@portico/plugin-access/contract';
import { cutPage, decodeCursor, encodeCursor } from '@portico/plugin-kit/backend';
import type { Handlers } from '@portico/plugin-kit/backend';
import { common, PAGE_LIMIT_DEFAULT, toInstant, toMoney } from '@portico/plugin-kit/contract';
import { creditUser } from '../actions/credit-user';
import type { CreditedEntry } from '../actions/credit-user';
import { adminUserReply } from '../replies';
import type { AccessServices } from '../services';
import { userById, usersPage } from '../store/users';

type AdminOperations = 'listUsers' | 'getUser' | 'creditUser';

/** What administrators of the platform see of its users, and give them. */
export function adminRoutes(services: AccessServices): Pick<Handlers<typeof accessContract>, AdminOperations> {
  const { database, billing } = services;
  return {
    async listUsers({ query }) {
      const { limit = PAGE_LIMIT_DEFAULT, cursor, q } = query;
      // A position belongs to one search: another one starts at its own beginning.
      const list = `users:${q ?? ''}`;
      const [createdAt, userId] =
        cursor === undefined ? [] : (decodeCursor(list, cursor, ['number', 'string']) as [number, string]);
      const after = createdAt === undefined || userId === undefined ? undefined : { createdAt, userId };
      const users = await usersPage(database.read, { q, after, limit: limit + 1 });
      const { shown, nextCursor } = cutPage(users, limit, last => encodeCursor(list, [last.createdAt, last.userId]));
      const organizationIds = shown.map(user => user.organizationId);
      const balances = await billing.balances(database.read, organizationIds);
      const items = shown.map(user => adminUserReply(user, balances.get(user.organizationId)));
      return { status: 200, body: { items, next_cursor: nextCursor } };
    },

    async getUser({ params }) {
      const user = await userById(database.read, params.user_id);
      if (!user) throw common.fail('not_found');
      const balances = await billing.balances(database.read, [user.organizationId]);
      return { status: 200, body: adminUserReply(user, balances.get(user.organizationId)) };
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
