/**
 * Audit: one row per deed, written in the transaction of the deed, so neither exists without the other. Rows are only ever appended: who
 * (actor, session, address), what (action, resource, fields by class), why (reason), in which request (correlation id).
 */
import { createServiceFactory } from '@backstage/backend-plugin-api';
import { auditRef, databaseRef } from '@portico/plugin-kit/backend';
import type { Audit, Migration } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { auditedChanges } from './audited-changes';

/** Longest reason kept; the contract's own limits are lower. */
const REASON_CHARACTERS_MAX = 4_000;

export const auditMigrations: readonly Migration[] = [
  {
    name: '0001_audit_log',
    async up(knex) {
      await knex.schema.createTable('platform_audit_log', table => {
        table.bigIncrements('sequence');
        table.string('audit_id', 64).notNullable().unique();
        table.bigInteger('at').notNullable();
        table.string('action', 100).notNullable();
        table.string('actor_type', 16).notNullable();
        table.string('actor_id', 128).notNullable();
        table.string('session_id', 128);
        table.string('address', 64);
        table.string('organization_id', 64);
        table.string('project_id', 64);
        table.string('resource_type', 64).notNullable();
        table.string('target_id', 128).notNullable();
        table.string('correlation_id', 128).notNullable();
        table.text('reason');
        table.text('changes_json').notNullable();
        table.index(['organization_id', 'sequence']);
        table.index(['resource_type', 'target_id', 'sequence']);
      });
    },
  },
];

export const audit: Audit = {
  async record(tx, entry) {
    const { actor, resource } = entry;
    const person = actor.type === 'user' ? actor : { sessionId: null, address: null };
    await tx.run(
      `INSERT INTO platform_audit_log (audit_id, at, action, actor_type, actor_id, session_id, address, organization_id, project_id,
         resource_type, target_id, correlation_id, reason, changes_json)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        newId('aud', tx.now),
        tx.now,
        entry.action,
        actor.type,
        actor.id,
        person.sessionId,
        person.address,
        entry.organizationId,
        entry.projectId ?? null,
        resource.type,
        entry.targetId,
        entry.correlationId,
        entry.reason?.slice(0, REASON_CHARACTERS_MAX) ?? null,
        JSON.stringify(auditedChanges(resource, entry.before, entry.after)),
      ],
    );
  },
};

export const auditServiceFactory = createServiceFactory({
  service: auditRef,
  deps: { database: databaseRef },
  async factory({ database }) {
    await database.migrate('platform_audit', auditMigrations);
    return audit;
  },
});
