import { ownPolicyLevels, policies } from '@portico/plugin-access/contract';
import type { PolicyLevel, PolicyName } from '@portico/plugin-access/contract';
import type { Queries, UserCaller } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { isMember } from '../store/organizations';
import type { PolicyPlace, PolicySubject } from '../store/policies';
import { planOf } from '../store/policy-subjects';
import { projectById } from '../store/projects';

export interface AskedPlace {
  readonly name: PolicyName;
  readonly level: PolicyLevel;
  /** As asked: absent where the level has one subject only. */
  readonly subjectId: string | undefined;
}

/**
 * The place in the caller's own organization, as far as it is in their reach. Whoever may set policies in one project, through a role there or a key
 * bound to it, may do so for that project alone.
 */
export async function ownPlace(queries: Queries, caller: UserCaller, asked: AskedPlace): Promise<PolicyPlace> {
  requireLevel(asked);
  const { level } = asked;
  const { organizationId, onlyProjectId } = caller;
  if (level === 'organization') {
    if (onlyProjectId !== null) throw common.fail('permission_denied');
    if (asked.subjectId !== undefined && asked.subjectId !== organizationId) throw common.fail('not_found');
    return { level, organizationId, subjectId: organizationId };
  }
  const subjectId = asked.subjectId;
  if (subjectId === undefined) throw common.fail('not_found');
  if (level === 'project') await requireProject(queries, caller, subjectId);
  else {
    if (onlyProjectId !== null) throw common.fail('permission_denied');
    if (!(await isMember(queries, { userId: subjectId, organizationId }))) throw common.fail('not_found');
  }
  return { level, organizationId, subjectId };
}

export async function requireProject(queries: Queries, caller: UserCaller, projectId: string): Promise<void> {
  const project = await projectById(queries, projectId);
  const inReach = caller.onlyProjectId === null || caller.onlyProjectId === projectId;
  if (project?.organizationId !== caller.organizationId || !inReach) throw common.fail('not_found');
}

export async function platformPlace(queries: Queries, asked: AskedPlace): Promise<PolicyPlace> {
  requireLevel(asked);
  const { level, subjectId } = asked;
  if (level === 'platform') {
    if (subjectId !== undefined) throw common.fail('not_found');
    return { level, organizationId: '', subjectId: '' };
  }
  if (subjectId === undefined) throw common.fail('not_found');
  if (level === 'plan') return { level, organizationId: '', subjectId };
  if ((await planOf(queries, subjectId)) === undefined) throw common.fail('not_found');
  return { level, organizationId: subjectId, subjectId };
}

function requireLevel({ name, level }: AskedPlace): void {
  const levels: readonly PolicyLevel[] = policies[name].levels;
  if (!levels.includes(level)) throw access.fail('policy_level_unsupported', { details: { policy: name, levels } });
}

/** Whose policies show what is set there and further out. */
export function subjectOf(place: PolicyPlace): PolicySubject {
  const { level, organizationId, subjectId } = place;
  if (level === 'platform') return 'platform';
  if (level === 'plan') return { plan: subjectId };
  if (level === 'project') return { organizationId, projectId: subjectId };
  if (level === 'user') return { organizationId, userId: subjectId };
  return { organizationId };
}

/** What a value set there has to stay within: nothing, where the platform's people set it. */
export function isTightening(level: PolicyLevel): boolean {
  return (ownPolicyLevels as readonly PolicyLevel[]).includes(level);
}
