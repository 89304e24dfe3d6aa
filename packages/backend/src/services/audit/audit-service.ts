/**
 * Audit: one row per deed, written in the transaction of the deed, so neither exists without the other. Rows are only ever appended: who
 * (actor, session, address), what (action, resource, fields by class), why (reason), in which request (correlation id). Within a second of its commit a deed
 * is sealed into a hash chain beside the log, with signed checkpoints: `audit-chain.ts` says what that proves.
 */
import { coreServices, createServiceFactory } from '@backstage/backend-plugin-api';
import { auditRef, clockRef, databaseRef, secretsRef, WakeableLoop } from '@portico/plugin-kit/backend';
import type { Actor, Audit } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { auditSigningKey, sealAudit } from './audit-sealer';
import { auditMigrations } from './audit-tables';
import { auditedChanges } from './audited-changes';

/** Longest reason kept; the contract's own limits are lower. */
const REASON_CHARACTERS_MAX = 4_000;
/** Deeds come in bursts, and a burst is sealed by one commit: this long after its first, well within the second that is promised. */
const SEAL_DELAY_MILLISECONDS = 300;
/** What a replica recorded that ended before it sealed is found this late at most. */
const SEAL_POLL_MILLISECONDS = 5_000;

/** `sealSoon` is called after the commit of a transaction that recorded something. */
export function createAudit(sealSoon: () => void): Audit {
  return {
    async record(tx, entry) {
      const { resource } = entry;
      const actor = actingIn(entry.organizationId, entry.actor);
      const person = 'sessionId' in actor ? actor : { sessionId: null, address: null };
      const onBehalfOf = beneficiaryOf(actor);
      const written = await tx.first<{ sequence: number }>(
        `INSERT INTO platform_audit_log (audit_id, at, action, actor_type, actor_id, session_id, address, key_id, support_session_id,
           on_behalf_of_type, on_behalf_of_id, organization_id, project_id, resource_type, target_id, correlation_id, reason, changes_json)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING sequence`,
        [
          newId('aud', tx.now),
          tx.now,
          entry.action,
          actor.type,
          actor.id,
          person.sessionId,
          person.address,
          'keyId' in actor ? actor.keyId : null,
          actor.type === 'support' ? actor.supportSessionId : null,
          onBehalfOf?.type ?? null,
          onBehalfOf?.id ?? null,
          entry.organizationId,
          entry.projectId ?? null,
          resource.type,
          entry.targetId,
          entry.correlationId,
          entry.reason?.slice(0, REASON_CHARACTERS_MAX) ?? null,
          JSON.stringify(auditedChanges(resource, entry.before, entry.after)),
        ],
      );
      if (written === undefined) throw new Error('an audit row was written and has no serial number');
      await tx.run('INSERT INTO platform_audit_unsealed (sequence) VALUES (?)', [written.sequence]);
      tx.afterCommit(sealSoon);
    },
  };
}

/** Support is what somebody is in the organization they look into. What they do elsewhere under the same request they do as themselves, and nobody there hears of the other. */
function actingIn(organizationId: string | null, actor: Actor): Actor {
  if (actor.type !== 'support' || actor.organizationId === organizationId) return actor;
  const { id, sessionId, address } = actor;
  return { type: 'user', id, sessionId, address };
}

function beneficiaryOf(actor: Actor): { type: 'user' | 'organization'; id: string } | null {
  if (actor.type === 'support') return { type: 'organization', id: actor.organizationId };
  return actor.type === 'task' && actor.forUserId !== undefined ? { type: 'user', id: actor.forUserId } : null;
}

export const auditServiceFactory = createServiceFactory({
  service: auditRef,
  deps: {
    database: databaseRef,
    secrets: secretsRef,
    clock: clockRef,
    logger: coreServices.rootLogger,
    lifecycle: coreServices.rootLifecycle,
  },
  async factory({ database, secrets, clock, logger, lifecycle }) {
    await database.migrate('platform_audit', auditMigrations);
    const signingKey = await auditSigningKey(database, secrets);
    const sealer = new WakeableLoop({
      name: 'audit sealer',
      clock,
      logger,
      pollMilliseconds: SEAL_POLL_MILLISECONDS,
      work: () => sealAudit(database, signingKey),
    });
    const stopping = new AbortController();
    lifecycle.addStartupHook(() => sealer.start());
    lifecycle.addBeforeShutdownHook(() => {
      stopping.abort();
      return sealer.stop();
    });
    let isDue = false;
    return createAudit(() => {
      if (isDue) return;
      isDue = true;
      void clock.sleep(SEAL_DELAY_MILLISECONDS, stopping.signal).then(() => {
        isDue = false;
        sealer.wake();
      });
    });
  },
});
