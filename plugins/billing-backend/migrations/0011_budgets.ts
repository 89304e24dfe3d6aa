import type { Migration } from '@portico/plugin-kit/backend';

/** Budgets, and which of their thresholds were warned of in which month. */
export const budgets: Migration = {
  name: '0011_budgets',
  async up(knex) {
    await knex.schema.createTable('billing_budgets', table => {
      table.text('budget_id').primary();
      table.text('organization_id').notNullable().references('billing_customers.organization_id');
      table.text('scope').notNullable();
      // Department, project, user or `key:value` of a tag; the empty text for the organization, so that there is one of each.
      table.text('scope_id').notNullable();
      table.bigInteger('amount_micros').notNullable();
      table.text('thresholds_json').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('updated_at').notNullable();
      table.unique(['organization_id', 'scope', 'scope_id'], { indexName: 'billing_budgets_scope' });
      table.index(['organization_id', 'created_at', 'budget_id'], 'billing_budgets_newest');
    });
    await knex.schema.createTable('billing_budget_alerts', table => {
      table.text('budget_id').notNullable().references('billing_budgets.budget_id');
      table.bigInteger('period_from_at').notNullable();
      table.integer('threshold_percent').notNullable();
      table.bigInteger('reached_at').notNullable();
      table.primary(['budget_id', 'period_from_at', 'threshold_percent']);
    });
  },
};
