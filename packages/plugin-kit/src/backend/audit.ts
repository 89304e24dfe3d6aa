import { createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import type { Actor } from './caller';
import type { Queries, Transaction } from './database';

/** How a field appears in the audit: its values, not at all, or only that it changed. */
export type FieldClass = 'track' | 'ignore' | 'secret';

/** Every field of an audited resource is classified; recording one that is not throws. */
export interface AuditedResource {
  readonly type: string;
  readonly fields: Readonly<Record<string, FieldClass>>;
}

export interface AuditEntry {
  readonly action: string;
  readonly actor: Actor;
  readonly organizationId: string | null;
  readonly projectId?: string | null;
  readonly resource: AuditedResource;
  readonly targetId: string;
  readonly correlationId: string;
  readonly reason?: string;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

export interface Audit {
  /** Writes the row in the transaction of the change it tells of. */
  record(tx: Transaction, entry: AuditEntry): Promise<void>;
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
