import type { Migration } from '@portico/plugin-kit/backend';

/**
 * Usage by hour, day and month, the tags it can be grouped by, and what was given back for time a node could not be reached. Rollups follow from the meters: of customers of before
 * they are made by the same loop that makes those of the last hour, beginning where their first meter did.
 */
export const rollups: Migration = {
  name: '0008_rollups',
  async up(knex) {
    // Tags are frozen at launch, so meters with the same tags share one set of them. Without tags: the empty text.
    await knex.schema.createTable('billing_tags', table => {
      table.text('tag_set_id').notNullable();
      table.text('organization_id').notNullable();
      table.text('tag_key').notNullable();
      table.text('tag_value').notNullable();
      table.primary(['tag_set_id', 'tag_key']);
      table.index(['organization_id', 'tag_key', 'tag_value', 'tag_set_id'], 'billing_tags_value');
    });
    await knex.schema.alterTable('billing_meters', table => {
      table.text('tag_set_id').notNullable().defaultTo('');
      table.text('tags_json').notNullable().defaultTo('{}');
      table.index(['organization_id', 'user_id', 'started_at', 'allocation_id'], 'billing_meters_user');
      table.index(['organization_id', 'tag_set_id', 'started_at', 'allocation_id'], 'billing_meters_tags');
    });

    await knex.schema.createTable('billing_rollups', table => {
      table.text('organization_id').notNullable().references('billing_customers.organization_id');
      // 'hour', 'day', 'month': of UTC.
      table.text('grain').notNullable();
      table.bigInteger('begins_at').notNullable();
      table.text('department_id').notNullable();
      table.text('project_id').notNullable();
      // The empty text where nobody single stands behind it.
      table.text('user_id').notNullable();
      table.text('sku_id').notNullable();
      table.text('tag_set_id').notNullable();
      // Milliseconds × GPUs.
      table.bigInteger('gpu_milliseconds').notNullable();
      table.bigInteger('cost_micros').notNullable();
      table.primary([
        'organization_id',
        'grain',
        'begins_at',
        'project_id',
        'user_id',
        'sku_id',
        'tag_set_id',
        'department_id',
      ]);
    });
    // The hour from which rollups are still to be made, or to be made anew; what lies before it is final for now. Null: all are made and nothing runs.
    await knex.schema.alterTable('billing_customers', table => {
      table.bigInteger('rollup_from_at');
      table.index(['rollup_from_at', 'organization_id'], 'billing_customers_rollup');
    });
    await knex.raw(
      `UPDATE billing_customers SET rollup_from_at = (
        SELECT MIN(started_at) - MIN(started_at) % 3600000 FROM billing_meters WHERE billing_meters.organization_id = billing_customers.organization_id)`,
    );

    // Disjoint for an allocation, and each the price of its time.
    await knex.schema.createTable('billing_outage_credits', table => {
      table.text('allocation_id').notNullable().references('billing_meters.allocation_id');
      table.bigInteger('from_at').notNullable();
      table.bigInteger('to_at').notNullable();
      table.text('organization_id').notNullable();
      table.text('node_name').notNullable();
      table.bigInteger('amount_micros').notNullable();
      table.bigInteger('created_at').notNullable();
      table.primary(['allocation_id', 'from_at']);
      table.index(['organization_id', 'from_at'], 'billing_outage_credits_newest');
    });
  },
};
