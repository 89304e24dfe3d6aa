import type { Migration } from '@portico/plugin-kit/backend';

export const mailMigrations: readonly Migration[] = [
  {
    name: '0001_mail',
    async up(knex) {
      await knex.schema.createTable('platform_mail', table => {
        table.string('message_id', 64).primary();
        table.text('recipient').notNullable();
        table.text('subject').notNullable();
        /** Encrypted, since links in it open accounts. Null once a mail server has it, or nobody will. */
        table.text('text_encrypted');
        table.string('correlation_id', 128).notNullable();
        table.string('status', 16).notNullable();
        table.integer('attempts').notNullable().defaultTo(0);
        /** Of a queued message: when it is tried next. While it is being tried, when another may try it. */
        table.bigInteger('due_at').notNullable();
        table.text('last_error');
        table.bigInteger('created_at').notNullable();
        table.bigInteger('sent_at');
        table.index(['created_at', 'message_id']);
      });
      await knex.schema.raw(`CREATE INDEX platform_mail_due ON platform_mail (due_at) WHERE status = 'queued'`);
    },
  },
];
