import type { Migration } from '@portico/plugin-kit/backend';

/** What people sign in with besides a password, and the questions put to them that are not answered yet. */
export const factorTables: Migration = {
  name: '0005_factors',
  async up(knex) {
    await knex.schema.createTable('access_totp', table => {
      table.text('user_id').primary();
      table.text('secret_encrypted').notNullable();
      table.bigInteger('created_at').notNullable();
      /** Null while no code of it was shown; then it is not a factor yet, and ends with `expires_at`. */
      table.bigInteger('confirmed_at');
      table.bigInteger('expires_at');
      /** Number of the 30 seconds whose code was accepted last: that code and those before it are spent. */
      table.bigInteger('last_step');
    });
    await knex.schema.createTable('access_recovery_codes', table => {
      table.text('user_id').notNullable();
      table.text('code_hash').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('used_at');
      table.primary(['user_id', 'code_hash']);
    });
    await knex.schema.createTable('access_passkeys', table => {
      table.text('passkey_id').primary();
      table.text('user_id').notNullable();
      table.text('credential_id').notNullable().unique();
      /** COSE, base64url. */
      table.text('public_key').notNullable();
      table.bigInteger('counter').notNullable();
      table.text('transports_json').notNullable();
      table.integer('is_backed_up').notNullable();
      table.text('name').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('last_used_at');
      table.index(['user_id', 'created_at', 'passkey_id']);
    });
    await knex.schema.createTable('access_factor_challenges', table => {
      table.text('challenge_hash').primary();
      table.text('purpose').notNullable();
      /** Null while nobody is known: a sign-in by passkey. */
      table.text('user_id');
      /** The session it was put in; null before there is one. */
      table.text('session_id');
      /** Of the network and program it was put to. */
      table.text('client_hash').notNullable();
      table.integer('wrong_answers').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('expires_at').notNullable().index();
      table.index(['user_id']);
    });
  },
};
