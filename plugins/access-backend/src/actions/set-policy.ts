import type { PolicyName } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { auditedPolicy } from '../audited';
import type { AccessServices } from '../services';
import { policyForChange, storePolicy } from '../store/policies';
import type { PolicyPlace } from '../store/policies';
import { lockOrganization } from '../store/organizations';
import { signInProofOf } from '../store/sessions';
import { newPolicyValue } from './new-policy-value';
import { isTightening } from './policy-place';
import { heldInProjectNow, heldNow } from './standing';

const MANAGE = 'access.policy.manage';

type PolicyServices = Pick<AccessServices, 'audit' | 'billing' | 'outbox' | 'policies'>;
type PolicyRequest = Pick<RequestContext, 'actor' | 'caller' | 'correlationId'> & {
  readonly name: PolicyName;
  readonly place: PolicyPlace;
};

export async function setPolicy(
  tx: Transaction,
  services: PolicyServices,
  request: PolicyRequest & { readonly value: unknown },
): Promise<void> {
  const { name, place } = request;
  await lockPlace(tx, request);
  const value = await newPolicyValue(tx, services, request);
  const before = await policyForChange(tx, { ...place, name });
  if (name === 'mfa_required' && value === true && before !== true) await requireOwnSecondFactor(tx, request);
  await storePolicy(tx, { ...place, name }, { value, by: request.caller.userId });
  await tell(tx, services, { ...request, before: before ?? null, after: value });
}

/** What is set further out applies again. */
export async function resetPolicy(tx: Transaction, services: PolicyServices, request: PolicyRequest): Promise<void> {
  const { name, place } = request;
  await lockPlace(tx, request);
  const before = await policyForChange(tx, { ...place, name });
  if (before === undefined) return;
  await storePolicy(tx, { ...place, name }, { value: undefined, by: request.caller.userId });
  await tell(tx, services, { ...request, before, after: null });
}

/** Under the lock of the organization, whoever sets one for its people must still be one who may. */
async function lockPlace(tx: Transaction, { caller, place }: PolicyRequest): Promise<void> {
  const { level, organizationId, subjectId } = place;
  if (organizationId === '') return;
  await lockOrganization(tx, organizationId);
  if (!isTightening(level)) return;
  if (level === 'project') await heldInProjectNow(tx, caller, { projectId: subjectId, permission: MANAGE });
  else await heldNow(tx, caller, MANAGE);
}

/** Met by the very session that demands it, so at least one person can still get in and take it back. A key has no sign-in to show. */
async function requireOwnSecondFactor(tx: Transaction, { caller }: PolicyRequest): Promise<void> {
  const proof = caller.sessionId === null ? undefined : await signInProofOf(tx, caller.sessionId);
  if (proof !== undefined && (proof.hasSecondFactor || proof.provider !== null)) return;
  throw access.fail('sign_in_demand_unmet', { details: { demands: ['mfa_required'] } });
}

async function tell(
  tx: Transaction,
  services: PolicyServices,
  change: PolicyRequest & { before: unknown; after: unknown },
): Promise<void> {
  const { name, place, actor, correlationId, before, after } = change;
  const organizationId = place.organizationId === '' ? null : place.organizationId;
  const subjectId = place.subjectId === '' ? null : place.subjectId;
  const projectId = place.level === 'project' ? place.subjectId : null;
  const where = { level: place.level, subject_id: subjectId };
  await services.audit.record(tx, {
    action: after === null ? 'access.policy.reset' : 'access.policy.set',
    actor,
    organizationId,
    projectId,
    resource: auditedPolicy,
    targetId: name,
    correlationId,
    before: { ...where, value: before },
    after: { ...where, value: after },
  });
  await services.outbox.append(tx, {
    eventType: 'access.policy_changed',
    correlationId,
    organizationId,
    resource: { type: 'policy', id: name },
    payload: { policy: name, ...where, project_id: projectId, before, value: after },
  });
}
