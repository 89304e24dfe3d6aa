import type { Migration } from '@portico/plugin-kit/backend';

/** Who may look at a published port: a ticket, used once, and what it is changed into. Both are kept by their fingerprints only. */
export const publishedPorts: Migration = {
  name: '0006_published_ports',
  async up(knex) {
    for (const name of ['workloads_port_tickets', 'workloads_port_sessions']) {
      await knex.schema.createTable(name, table => {
        table.text('fingerprint').primary();
        table.text('allocation_id').notNullable();
        table.integer('port').notNullable();
        table.text('project_id').notNullable();
        table.text('user_id').notNullable();
        table.text('session_id');
        table.bigInteger('expires_at').notNullable();
        table.index(['expires_at'], `${name}_expiry`);
        table.index(['allocation_id'], `${name}_allocation`);
      });
    }
  },
};
