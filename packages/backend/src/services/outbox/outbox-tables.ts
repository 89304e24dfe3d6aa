import type { DomainEvent, Migration } from '@portico/plugin-kit/backend';

/**
 * `sequence` is the order of writing, which for one resource is also the order of committing (its rows are locked); `position` is given after
 * commit by the sealer, without gaps, and is what readers go by.
 */
export const outboxMigrations: readonly Migration[] = [
  {
    name: '0001_outbox',
    async up(knex) {
      await knex.schema.createTable('platform_outbox', table => {
        table.bigIncrements('sequence');
        table.bigInteger('position').unique();
        table.string('event_id', 64).notNullable().unique();
        table.string('event_type', 100).notNullable();
        table.bigInteger('occurred_at').notNullable();
        table.string('correlation_id', 128).notNullable();
        table.string('organization_id', 64);
        table.string('resource_type', 64).notNullable();
        table.string('resource_id', 128).notNullable();
        table.text('payload_json').notNullable();
        table.index(['organization_id', 'position']);
        table.index(['event_type', 'position']);
      });
      await knex.schema.raw(
        'CREATE INDEX platform_outbox_unsealed ON platform_outbox (sequence) WHERE position IS NULL',
      );
      // One row: the last position given, and the last one that retention has removed.
      await knex.schema.createTable('platform_outbox_head', table => {
        table.integer('singleton').primary();
        table.bigInteger('position').notNullable();
        table.bigInteger('removed_position').notNullable();
      });
      await knex('platform_outbox_head').insert({ singleton: 1, position: 0, removed_position: 0 });
      await knex.schema.createTable('platform_outbox_cursors', table => {
        table.string('consumer', 100).primary();
        table.bigInteger('position').notNullable();
      });
    },
  },
];

export interface OutboxRow {
  position: number;
  event_id: string;
  event_type: string;
  occurred_at: number;
  correlation_id: string;
  organization_id: string | null;
  resource_type: string;
  resource_id: string;
  payload_json: string;
}

export function toEvent(row: OutboxRow): DomainEvent {
  return {
    eventId: row.event_id,
    eventType: row.event_type,
    occurredAt: row.occurred_at,
    correlationId: row.correlation_id,
    organizationId: row.organization_id,
    resource: { type: row.resource_type, id: row.resource_id },
    payload: JSON.parse(row.payload_json) as Record<string, unknown>,
  };
}
