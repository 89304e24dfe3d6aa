import type { Migration } from '@portico/plugin-kit/backend';

/** Signing in through identity providers: who one is there, sign-ins under way, and memberships that follow from what a provider says. */
export const oidcTables: Migration = {
  name: '0007_oidc',
  async up(knex) {
    await knex.schema.createTable('access_identities', table => {
      table.text('identity_id').primary();
      /** As configured; never given to another provider. */
      table.text('provider').notNullable();
      /** What the provider calls the person, for ever. */
      table.text('subject').notNullable();
      table.text('user_id').notNullable();
      /** As the provider last said. */
      table.text('email');
      table.bigInteger('created_at').notNullable();
      table.bigInteger('last_used_at');
      table.unique(['provider', 'subject']);
      table.index(['user_id', 'created_at', 'identity_id']);
    });
    await knex.schema.createTable('access_oidc_flows', table => {
      table.text('state_hash').primary();
      /** Of what the browser that began holds. */
      table.text('binding_hash').notNullable();
      table.text('purpose').notNullable();
      table.text('provider').notNullable();
      /** Who links an identity; null of a sign-in. */
      table.text('user_id');
      /** PKCE verifier and nonce, encrypted. */
      table.text('sealed_secrets').notNullable();
      table.text('return_to');
      /** Whether the provider was asked to have the person prove anew who they are. */
      table.integer('asks_for_proof').notNullable();
      table.bigInteger('expires_at').notNullable().index();
    });
    await knex.schema.alterTable('access_memberships', table => {
      /** The provider whose claims the membership follows; null: it was given by hand, and no provider touches it. */
      table.text('source_provider');
    });
    await knex.schema.alterTable('access_sessions', table => {
      /** Of a session a provider opened: its ID token, encrypted, which it wants to see at sign-out. */
      table.text('sealed_id_token');
    });
  },
};
