import type { Audit, AuditedResource, Database, UserCaller } from '@portico/plugin-kit/backend';
import { actorOf } from './actor-of';

const operationAudit = {
  type: 'operation',
  fields: { permission: 'track', demand: 'track', refusal: 'track' },
} as const satisfies AuditedResource;

/** What is asked of the sign-in beyond the permission: codes of common errors. */
export type SignInDemand = NonNullable<UserCaller['restriction']> | 'session_required' | 'step_up_required';

export interface Denial {
  readonly caller: UserCaller;
  readonly operationId: string;
  /** What the operation asks for. */
  readonly permission: string;
  /** What the sign-in lacked, though the permission was there. */
  readonly demand?: SignInDemand;
  /** Why the operation itself refused somebody it had let in: the code of its error, such as a role beyond their own. Without either, the permission was lacking. */
  readonly refusal?: string;
  readonly correlationId: string;
  readonly address: string;
}

/** A signed-in caller asked for what they may not do, or not with this sign-in: worth knowing to whoever watches over the organization. */
export async function recordDenial(services: { database: Database; audit: Audit }, denial: Denial): Promise<void> {
  const { caller, permission, demand, refusal } = denial;
  await services.database.transaction(tx =>
    services.audit.record(tx, {
      action: 'authorization.denied',
      actor: actorOf(caller, denial.address),
      organizationId: caller.organizationId,
      projectId: caller.projectId,
      resource: operationAudit,
      targetId: denial.operationId,
      correlationId: denial.correlationId,
      after: { permission, ...(demand && { demand }), ...(refusal && { refusal }) },
    }),
  );
}
