import type { Migration } from '@portico/plugin-kit/backend';

/**
 * An SSH key opens workloads of every organization its user works in, so it remembers how whoever added it had signed in. Of keys from before nothing is
 * known (`has_second_factor` null); they go on as they were.
 */
export const sshKeyProof: Migration = {
  name: '0012_ssh_key_proof',
  async up(knex) {
    await knex.schema.alterTable('access_ssh_keys', table => {
      /** The identity provider the session was opened through; null: the portal's own form. */
      table.text('provider');
      table.integer('has_second_factor');
      /** Of a key that was added by an API key: the organization beyond which that one does not reach. */
      table.text('organization_id');
    });
  },
};
