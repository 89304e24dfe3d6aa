import type { Queries } from '@portico/plugin-kit/backend';
import { tagOf } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import type { BudgetScope } from '../domain/budget';
import { burnByGroup } from '../store/burn';
import { costByGroup } from '../store/rollups';
import type { GroupBy } from '../store/rollups';

/** Whose spending counts. */
export interface SpendingScope {
  readonly scope: BudgetScope;
  readonly scopeId: string;
}

interface Asked {
  readonly organizationId: string;
  readonly scopes: readonly SpendingScope[];
}

/** What was used within the period, for each scope: one statement for each kind of scope, however many there are. */
export async function spendingOf(
  queries: Queries,
  { organizationId, scopes, period }: Asked & { period: { from: number; to: number } },
): Promise<(scope: SpendingScope) => Micros> {
  return byScope(scopes, async groupBy => {
    const groups = await costByGroup(queries, { filter: { organizationId }, period, groupBy });
    return new Map(groups.map(group => [group.group_key, group.cost_micros]));
  });
}

/** What burns at `at`, for each scope. */
export async function burnOf(
  queries: Queries,
  { organizationId, scopes, at }: Asked & { at: number },
): Promise<(scope: SpendingScope) => Micros> {
  return byScope(scopes, groupBy => burnByGroup(queries, { organizationId, groupBy, at }));
}

async function byScope(
  scopes: readonly SpendingScope[],
  sumsOf: (groupBy: GroupBy) => Promise<ReadonlyMap<string, Micros>>,
): Promise<(scope: SpendingScope) => Micros> {
  const sums = new Map<string, ReadonlyMap<string, Micros>>();
  for (const scope of scopes) {
    const { name, groupBy } = groupOf(scope);
    if (!sums.has(name)) sums.set(name, await sumsOf(groupBy));
  }
  return scope => {
    const { name, key } = groupOf(scope);
    return sums.get(name)?.get(key) ?? 0n;
  };
}

/** The grouping in which a scope is one group, and its key there. */
function groupOf({ scope, scopeId }: SpendingScope): { name: string; groupBy: GroupBy; key: string } {
  if (scope === 'organization') return { name: 'none', groupBy: 'none', key: '' };
  if (scope !== 'tag') return { name: scope, groupBy: scope, key: scopeId };
  const tag = tagOf(scopeId);
  return { name: `tag:${tag.key}`, groupBy: { tagKey: tag.key }, key: tag.value };
}
