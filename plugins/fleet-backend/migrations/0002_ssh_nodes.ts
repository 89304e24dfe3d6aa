import type { Migration } from '@portico/plugin-kit/backend';

export const sshNodes: Migration = {
  name: '0002_ssh_nodes',
  async up(knex) {
    await knex.schema.alterTable('fleet_nodes', table => {
      // Who brought it in; those of the configuration follow it at every start, the others are left alone.
      table.string('origin').notNullable().defaultTo('configuration');
      table.string('region').notNullable().defaultTo('default');
      table.string('address_host');
      table.integer('address_port');
      table.string('username');
      // As known_hosts has them: the pinned key, and what the node shows instead until somebody has looked.
      table.text('host_key');
      table.text('changed_host_key');
      table.text('notes').notNullable().defaultTo('');
      table.text('status_reason');
      table.string('enrolment_task_id');
    });
    await knex.schema.createTable('fleet_node_credentials', table => {
      table.string('node_id').primary();
      table.text('public_key').notNullable();
      table.text('private_key_encrypted').notNullable();
      // What an administrator gave, until the enrolment ends.
      table.text('given_encrypted');
      table.bigInteger('created_at').notNullable();
    });
    await knex.schema.createTable('fleet_enrolment_tokens', table => {
      table.string('token_hash').primary();
      table.string('name');
      table.string('region').notNullable();
      table.string('created_by').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('expires_at').notNullable();
      table.bigInteger('used_at');
      table.string('node_id');
      table.index(['expires_at']);
    });
    // The latest alone: what was before is in the audit log, as far as it changed anything.
    await knex.schema.createTable('fleet_node_probes', table => {
      table.string('node_id').primary();
      table.string('verdict').notNullable();
      table.text('checks_json').notNullable();
      table.bigInteger('probed_at').notNullable();
    });
  },
};
