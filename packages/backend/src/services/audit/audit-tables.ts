import type { Migration } from '@portico/plugin-kit/backend';

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
  {
    name: '0002_audit_seals',
    async up(knex) {
      // Rows of the log are never changed: what is known of them only after their commit stands beside them.
      await knex.schema.createTable('platform_audit_seals', table => {
        table.bigInteger('position').primary();
        table.bigInteger('sequence').notNullable().unique();
        table.string('previous_hash', 64).notNullable();
        table.string('hash', 64).notNullable();
      });
      // A row here for every deed that waits for its seal; written with the deed, removed with the sealing.
      await knex.schema.createTable('platform_audit_unsealed', table => {
        table.bigInteger('sequence').primary();
      });
      await knex.schema.createTable('platform_audit_head', table => {
        table.integer('singleton').primary();
        table.bigInteger('position').notNullable();
        table.string('hash', 64).notNullable();
      });
      await knex.schema.createTable('platform_audit_checkpoints', table => {
        table.bigInteger('position').primary();
        table.string('hash', 64).notNullable();
        table.bigInteger('at').notNullable();
        table.text('signature').notNullable();
      });
      await knex.schema.createTable('platform_audit_signing_key', table => {
        table.integer('singleton').primary();
        table.text('private_key_encrypted').notNullable();
        table.text('public_key').notNullable();
      });
      await knex('platform_audit_head').insert({ singleton: 1, position: 0, hash: '0'.repeat(64) });
      await knex.raw('INSERT INTO platform_audit_unsealed (sequence) SELECT sequence FROM platform_audit_log');
      await knex.schema.alterTable('platform_audit_log', table => {
        table.index(['actor_id', 'sequence']);
        table.index(['correlation_id', 'sequence']);
      });
    },
  },
  {
    name: '0003_audit_actors',
    async up(knex) {
      // Rows that are there keep their hash: what they lack does not enter it.
      await knex.schema.alterTable('platform_audit_log', table => {
        table.string('key_id', 64);
        table.string('support_session_id', 64);
        table.string('on_behalf_of_type', 16);
        table.string('on_behalf_of_id', 64);
      });
    },
  },
];
