import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { listBudgets } from '../../contract/budget-operations';

export type Budget = ReplyOf<typeof listBudgets>['items'][number];

const scopes = {
  organization: 'The whole organization',
  department: 'Department',
  project: 'Project',
  user: 'User',
  tag: 'Tag',
} as const;

/** `Project Vision`; what is gone is called so. */
export function scopeWords({ scope, scope_name: name }: Budget): string {
  return scope === 'organization' ? scopes.organization : `${scopes[scope]} ${name ?? 'that is gone'}`;
}
