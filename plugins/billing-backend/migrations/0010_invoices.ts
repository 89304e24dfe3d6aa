import type { Migration } from '@portico/plugin-kit/backend';

/**
 * Invoices with their lines, the months that are closed, the numbers that are given, and what organizations want to be called on paper. Rows of invoices, lines and months are
 * written once, together, and never again.
 */
export const invoices: Migration = {
  name: '0010_invoices',
  async up(knex) {
    await knex.schema.createTable('billing_invoice_series', table => {
      table.text('series').notNullable();
      table.integer('year').notNullable();
      table.integer('last_number').notNullable();
      table.primary(['series', 'year']);
    });

    await knex.schema.createTable('billing_invoices', table => {
      table.text('invoice_id').primary();
      table.text('organization_id').notNullable().references('billing_customers.organization_id');
      table.text('number').notNullable();
      table.text('kind').notNullable();
      table.text('corrects_invoice_id');
      table.text('currency').notNullable();
      table.bigInteger('period_from_at').notNullable();
      table.bigInteger('period_to_at').notNullable();
      table.bigInteger('issued_at').notNullable();
      table.text('customer_name').notNullable();
      table.text('customer_json').notNullable();
      table.text('seller_json').notNullable();
      table.text('tax_json').notNullable();
      table.text('statement_json').notNullable();
      table.text('footer').notNullable();
      table.bigInteger('exact_micros').notNullable();
      table.bigInteger('rounding_micros').notNullable();
      table.bigInteger('total_micros').notNullable();
      table.bigInteger('net_micros').notNullable();
      table.bigInteger('tax_micros').notNullable();
      table.bigInteger('opening_micros').notNullable();
      table.bigInteger('closing_micros').notNullable();
      table.integer('line_count').notNullable();
      table.unique(['number'], { indexName: 'billing_invoices_number' });
      table.index(['organization_id', 'issued_at', 'number'], 'billing_invoices_newest');
      table.index(['issued_at', 'number'], 'billing_invoices_all');
    });

    await knex.schema.createTable('billing_invoice_lines', table => {
      table.text('invoice_id').notNullable();
      table.integer('line_number').notNullable();
      table.text('kind').notNullable();
      table.text('description').notNullable();
      // Of UTC, as 2026-03-31.
      table.text('day');
      table.text('project_id');
      table.text('project_name');
      table.text('sku_id');
      table.text('sku_name');
      table.integer('gpu_count');
      table.bigInteger('gpu_milliseconds');
      table.bigInteger('price_per_hour_micros');
      table.bigInteger('amount_micros').notNullable();
      table.text('entry_id');
      table.primary(['invoice_id', 'line_number']);
    });

    // A month of an organization is closed once, by whoever makes this row; without an invoice when nothing happened in it.
    await knex.schema.createTable('billing_invoice_periods', table => {
      table.text('organization_id').notNullable().references('billing_customers.organization_id');
      table.bigInteger('period_from_at').notNullable();
      table.text('invoice_id');
      table.bigInteger('closing_micros').notNullable();
      // All that was stated up to its end; what comes to light later is the difference to it.
      table.text('stated_json').notNullable();
      table.bigInteger('closed_at').notNullable();
      table.primary(['organization_id', 'period_from_at']);
    });

    await knex.schema.createTable('billing_details', table => {
      table.text('organization_id').primary().references('billing_customers.organization_id');
      table.text('legal_name');
      table.text('address_json').notNullable();
      table.text('tax_id');
      table.text('email');
      table.text('purchase_order');
      table.bigInteger('updated_at').notNullable();
    });

    // Few beside the usage: statements sum all of them up without reading that.
    await knex.raw(
      `CREATE INDEX billing_entries_movements ON billing_entries (organization_id, created_at, entry_id)
      WHERE kind NOT IN ('hold', 'hold_release', 'usage', 'usage_reversal')`,
    );
  },
};
