import type { Migration } from '@portico/plugin-kit/backend';

/**
 * Since when nobody uses each active allocation. Apart from the allocation, as its liveness is: that somebody types is no new version of it. What runs already
 * is watched from here on: nobody can say how it was used before.
 */
export const idleness: Migration = {
  name: '0004_idleness',
  async up(knex) {
    await knex.schema.createTable('workloads_idleness', table => {
      table.text('allocation_id').primary();
      // The last measurement that was looked at.
      table.bigInteger('watched_until').notNullable();
      // Since when measurements have been quiet without a gap.
      table.bigInteger('quiet_since');
      // When a terminal or SSH connection last moved bytes, to the minute.
      table.bigInteger('connection_active_at');
      // When its release was announced, and for the idleness since when.
      table.bigInteger('warned_at');
      table.bigInteger('warned_idle_since');
      table.bigInteger('next_look_at').notNullable();
      table.index(['next_look_at']);
    });
    await knex.raw(
      `INSERT INTO workloads_idleness (allocation_id, watched_until, next_look_at)
       SELECT allocation_id, updated_at, 0 FROM workloads_allocations WHERE status = 'active'`,
    );
  },
};
