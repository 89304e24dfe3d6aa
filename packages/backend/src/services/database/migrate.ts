import type { Knex } from 'knex';
import type { Migration } from '@portico/plugin-kit/backend';

/** What Knex would print is thrown as well, and printed by whoever catches it. */
export const silent = { debug: () => {}, warn: () => {}, error: () => {}, deprecate: () => {} };

/**
 * Each migration and the row that says it is done are one transaction, so a crash leaves either both or neither and no lock behind.
 * Several replicas may call it at once: on PostgreSQL an advisory lock that ends with the transaction makes them take turns, and on SQLite the caller
 * holds the one write turn.
 */
export async function runMigrations(
  knex: Knex,
  options: { plugin: string; migrations: readonly Migration[]; now: () => number },
): Promise<void> {
  const { plugin, migrations, now } = options;
  assertNames(plugin, migrations);
  const table = `${plugin}_migrations`;
  const turn = (trx: Knex) => lock(trx, table);

  await knex.transaction(async trx => {
    await turn(trx);
    if (await trx.schema.hasTable(table)) return;
    await trx.schema.createTable(table, columns => {
      columns.string('name', 200).primary();
      columns.bigInteger('migrated_at').notNullable();
    });
  });
  const applied = (await knex(table).select('name').orderBy('name')).map((row: { name: string }) => row.name);
  const unknown = applied.find(name => !migrations.some(migration => migration.name === name));
  if (unknown !== undefined) {
    throw new Error(
      `The database has migration ${unknown} of ${plugin}, which this version does not know: it was written by a newer version. Start that version, or restore the backup made before the upgrade.`,
    );
  }
  for (const migration of migrations) {
    if (applied.includes(migration.name)) continue;
    await knex.transaction(async trx => {
      await turn(trx);
      if ((await trx(table).where({ name: migration.name }).first()) !== undefined) return;
      await migration.up(trx);
      await assertForeignKeys(trx, migration.name);
      await trx(table).insert({ name: migration.name, migrated_at: now() });
    });
  }
}

function assertNames(plugin: string, migrations: readonly Migration[]): void {
  if (!/^[a-z][a-z0-9_]*$/.test(plugin)) throw new Error(`"${plugin}" cannot name a migration table`);
  const names = migrations.map(migration => migration.name);
  const misplaced = names.find((name, place) => place > 0 && name <= (names[place - 1] as string));
  if (misplaced !== undefined)
    throw new Error(`Migrations of ${plugin} must have rising, unique names; ${misplaced} is out of order`);
}

async function lock(trx: Knex, table: string): Promise<void> {
  if (trx.client.config.client === 'pg') await trx.raw('select pg_advisory_xact_lock(hashtext(?))', [table]);
}

/** The SQLite connection that migrates has foreign keys off (a table is altered by copying it), so they are checked at the end. */
async function assertForeignKeys(trx: Knex, name: string): Promise<void> {
  if (trx.client.config.client === 'pg') return;
  const violations = (await trx.raw('PRAGMA foreign_key_check')) as unknown[];
  if (violations.length > 0)
    throw new Error(`Migration ${name} leaves ${violations.length} rows that point at nothing`);
}
