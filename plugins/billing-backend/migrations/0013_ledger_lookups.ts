import type { Migration } from '@portico/plugin-kit/backend';

/**
 * Orders that lists and credits ask for, so that neither walks what it does not want: entries of a kind there are few of, of one organization and of all, among millions of usage
 * and holds, which stay out of these indexes and cost them nothing; and open grants, those that end first at the beginning.
 */
export const ledgerLookups: Migration = {
  name: '0013_ledger_lookups',
  async up(knex) {
    const rare = "WHERE kind NOT IN ('usage', 'hold', 'hold_release')";
    await knex.raw(
      `CREATE INDEX billing_entries_rare ON billing_entries (organization_id, kind, created_at, entry_id) ${rare}`,
    );
    await knex.raw(`CREATE INDEX billing_entries_rare_any ON billing_entries (kind, entry_id) ${rare}`);
    await knex.raw(
      'CREATE INDEX billing_grants_spent_first ON billing_grants (organization_id, coalesce(expires_at, 9007199254740991), created_at, grant_id) WHERE closed_at IS NULL',
    );
    await knex.raw(
      'CREATE INDEX billing_grants_mark ON billing_grants (organization_id, usage_mark_micros) WHERE closed_at IS NULL',
    );
    await knex.raw('DROP INDEX billing_grants_open');
  },
};
