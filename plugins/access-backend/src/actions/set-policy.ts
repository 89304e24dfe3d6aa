import type { PolicyName } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { auditedPolicy } from '../audited';
import type { AccessServices } from '../services';
import { policyForChange, storePolicy } from '../store/policies';
import type { PolicyPlace } from '../store/policies';
import { lockOrganization } from '../store/policy-subjects';
import { newPolicyValue } from './new-policy-value';

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
  if (place.organizationId !== '') await lockOrganization(tx, place.organizationId);
  const value = await newPolicyValue(tx, services, request);
  const before = await policyForChange(tx, { ...place, name });
  await storePolicy(tx, { ...place, name }, { value, by: request.caller.userId });
  await tell(tx, services, { ...request, before: before ?? null, after: value });
}

/** What is set further out applies again. */
export async function resetPolicy(tx: Transaction, services: PolicyServices, request: PolicyRequest): Promise<void> {
  const { name, place } = request;
  if (place.organizationId !== '') await lockOrganization(tx, place.organizationId);
  const before = await policyForChange(tx, { ...place, name });
  if (before === undefined) return;
  await storePolicy(tx, { ...place, name }, { value: undefined, by: request.caller.userId });
  await tell(tx, services, { ...request, before, after: null });
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
