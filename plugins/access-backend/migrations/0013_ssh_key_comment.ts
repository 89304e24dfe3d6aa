import type { Migration } from '@portico/plugin-kit/backend';

/** What stood behind an SSH key in its file. Of keys from before it was not kept. */
export const sshKeyComment: Migration = {
  name: '0013_ssh_key_comment',
  async up(knex) {
    await knex.schema.alterTable('access_ssh_keys', table => {
      table.text('comment');
    });
  },
};
