import type { Migration } from '@portico/plugin-kit/backend';

/**
 * Who is in an allocation now, so that a connection whose portal was killed is closed in the audit by whoever comes next; and what terminals showed, piece
 * by piece and encrypted.
 */
export const recordings: Migration = {
  name: '0007_recordings',
  async up(knex) {
    await knex.schema.createTable('workloads_connections', table => {
      table.text('connection_id').primary();
      table.text('connection').notNullable();
      table.text('allocation_id').notNullable();
      table.text('organization_id').notNullable();
      table.text('project_id').notNullable();
      table.text('actor_json').notNullable();
      table.text('correlation_id').notNullable();
      table.bigInteger('opened_at').notNullable();
      table.bigInteger('seen_at').notNullable();
      table.index(['seen_at'], 'workloads_connections_seen');
    });
    await knex.schema.createTable('workloads_recordings', table => {
      table.text('recording_id').primary();
      table.text('connection_id').notNullable();
      table.text('connection').notNullable();
      table.text('allocation_id').notNullable();
      table.text('organization_id').notNullable();
      table.text('project_id').notNullable();
      table.text('user_id').notNullable();
      table.integer('terminal_columns').notNullable();
      table.integer('terminal_rows').notNullable();
      table.bigInteger('started_at').notNullable();
      table.bigInteger('last_event_at').notNullable();
      table.bigInteger('ended_at');
      table.bigInteger('size_bytes').notNullable();
      table.integer('is_truncated').notNullable();
      table.integer('is_incomplete').notNullable();
      table.index(['allocation_id', 'started_at', 'recording_id'], 'workloads_recordings_of_allocation');
      table.index(['connection_id'], 'workloads_recordings_of_connection');
      table.index(['ended_at'], 'workloads_recordings_ended');
    });
    await knex.schema.createTable('workloads_recording_pieces', table => {
      table.text('recording_id').notNullable();
      table.integer('position').notNullable();
      table.text('text_encrypted').notNullable();
      table.primary(['recording_id', 'position']);
    });
  },
};
