import type { Migration } from '@portico/plugin-kit/backend';

/** When and whom an organization wants to be warned, and what it was told of lately. */
export const alerts: Migration = {
  name: '0009_alerts',
  async up(knex) {
    await knex.schema.alterTable('billing_customers', table => {
      // Null: as the platform does it.
      table.bigInteger('alert_notice_seconds');
      table.bigInteger('alert_warning_seconds');
      table.bigInteger('alert_below_micros');
      table.text('alert_recipients_json');
      // Since when the balance is not healthy and somebody was told; null while there is nothing to take back.
      table.bigInteger('fallen_at');
    });
    // What was mailed, so that a balance that goes up and down around a threshold does not write every time.
    await knex.schema.createTable('billing_notices', table => {
      table.text('organization_id').notNullable().references('billing_customers.organization_id');
      table.text('notice').notNullable();
      table.bigInteger('sent_at').notNullable();
      table.primary(['organization_id', 'notice']);
    });
  },
};
