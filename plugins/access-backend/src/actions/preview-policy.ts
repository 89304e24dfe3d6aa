import { POLICY_PREVIEW_ITEMS_MAX, policies, resolvePolicy, withDefault } from '@portico/plugin-access/contract';
import type { PolicyName, PolicyValue, SetPolicy } from '@portico/plugin-access/contract';
import type { RunningAllocation } from '@portico/plugin-access/port';
import type { Queries } from '@portico/plugin-kit/backend';
import { beyondPolicy } from '../domain/policy-impact';
import type { AccessServices } from '../services';
import { policiesOf } from '../store/policies';
import type { PolicyPlace } from '../store/policies';
import { reachedAmong, reachOf } from '../store/policy-subjects';
import type { Reach } from '../store/policy-subjects';
import { newPolicyValue } from './new-policy-value';
import { subjectOf } from './policy-place';

/** Allocations looked at, the newest first: a preview of the whole platform ends somewhere. */
const RUNNING_MAX = 5_000;

export interface PolicyPreview extends Reach {
  readonly before: PolicyValue | null;
  readonly after: PolicyValue | null;
  readonly running: number;
  readonly beyond: number;
  readonly beyondItems: readonly RunningAllocation[];
}

/** What setting a value there would do; `value` undefined: what taking it back would do. */
export async function previewPolicy(
  queries: Queries,
  services: Pick<AccessServices, 'billing' | 'clock' | 'policies'>,
  asked: { name: PolicyName; place: PolicyPlace; value: unknown },
): Promise<PolicyPreview> {
  const { name, place } = asked;
  const { kind } = policies[name];
  const value = asked.value === undefined ? undefined : await newPolicyValue(queries, services, asked);
  const set = withDefault(
    (await policiesOf(queries, subjectOf(place))).get(name) ?? [],
    services.policies.defaults[name],
  );
  const others = set.filter(one => one.level !== place.level);
  const changed: readonly SetPolicy[] =
    value === undefined ? others : [...others, { level: place.level, subjectId: place.subjectId, value }];
  const after = resolvePolicy(kind, changed).value;
  const running = await runningWithin(queries, services, { ...place, name });
  const beyond = beyondPolicy(name, { level: place.level, value: after, running, now: services.clock.now() });
  return {
    before: resolvePolicy(kind, set).value,
    after,
    ...(await reachOf(queries, place, name)),
    running: running.length,
    beyond: beyond.length,
    beyondItems: beyond.slice(0, POLICY_PREVIEW_ITEMS_MAX),
  };
}

async function runningWithin(
  queries: Queries,
  { policies: { grounds } }: Pick<AccessServices, 'policies'>,
  place: PolicyPlace & { name: PolicyName },
): Promise<readonly RunningAllocation[]> {
  const filter = {
    ...(place.organizationId === '' ? {} : { organizationId: place.organizationId }),
    ...(place.level === 'project' ? { projectId: place.subjectId } : {}),
    ...(place.level === 'user' ? { userId: place.subjectId } : {}),
    limit: RUNNING_MAX,
  };
  const running: RunningAllocation[] = [];
  for (const ground of grounds) running.push(...(await ground.running(queries, filter)));
  if (place.organizationId !== '') return running;
  const reached = await reachedAmong(queries, place, [...new Set(running.map(one => one.organizationId))]);
  return running.filter(one => reached.has(one.organizationId));
}
