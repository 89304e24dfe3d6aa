import type { AccessPort } from '@portico/plugin-access/port';
import type { Queries } from '@portico/plugin-kit/backend';
import type { SpendingScope } from './spending';

/** What scopes are called now; null for what is gone. */
export async function scopeNames(
  queries: Queries,
  access: Pick<AccessPort, 'names' | 'usernames'>,
  asked: { organizationId: string; scopes: readonly SpendingScope[] },
): Promise<(scope: SpendingScope) => string | null> {
  const idsOf = (kind: SpendingScope['scope']) =>
    asked.scopes.filter(({ scope }) => scope === kind).map(({ scopeId }) => scopeId);
  const users = idsOf('user');
  const usernames = users.length === 0 ? new Map<string, string>() : await access.usernames(queries, users);
  const names = await access.names(queries, {
    organizations: [asked.organizationId],
    departments: idsOf('department'),
    projects: idsOf('project'),
  });
  return ({ scope, scopeId }) => {
    if (scope === 'tag') return scopeId;
    if (scope === 'user') return usernames.get(scopeId) ?? null;
    return names.get(scope === 'organization' ? asked.organizationId : scopeId) ?? null;
  };
}
