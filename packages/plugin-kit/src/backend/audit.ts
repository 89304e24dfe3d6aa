import { createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import type { Actor } from './caller';
import type { Queries, Transaction } from './database';

/** How a field appears in the audit: its values, not at all, or only that it changed. */
export type FieldClass = 'track' | 'ignore' | 'secret';

/** Every field of an audited resource is classified; recording one that is not does not compile, and throws where the compiler could not see it. */
export interface AuditedResource {
  readonly type: string;
  readonly fields: Readonly<Record<string, FieldClass>>;
}

/** Fields of a resource, by the names that are classified. */
type FieldsOf<Resource extends AuditedResource> = { readonly [Field in keyof Resource['fields']]?: unknown };

export interface AuditEntry<Resource extends AuditedResource = AuditedResource> {
  readonly action: string;
  readonly actor: Actor;
  readonly organizationId: string | null;
  readonly projectId?: string | null;
  readonly resource: Resource;
  readonly targetId: string;
  readonly correlationId: string;
  readonly reason?: string;
  readonly before?: FieldsOf<Resource>;
  readonly after?: FieldsOf<Resource>;
}

export interface Audit {
  /** Writes the row in the transaction of the change it tells of. */
  record<Resource extends AuditedResource>(tx: Transaction, entry: AuditEntry<Resource>): Promise<void>;
}

export const auditRef = createServiceRef<Audit>({ id: 'portico.audit', scope: 'root' });

/** Names of those who act, for people who read the log. Who knows them implements it; while nobody does, ids are all there is. */
export interface ActorNames {
  /** User id → user name; unknown ones are left out. */
  ofUsers(queries: Queries, userIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export const actorNamesRef = createServiceRef<ActorNames>({
  id: 'portico.actor-names',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({ service, deps: {}, factory: () => ({ ofUsers: async () => new Map<string, string>() }) }),
});
