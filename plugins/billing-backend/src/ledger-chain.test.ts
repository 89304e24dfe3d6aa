import { newId } from '@portico/plugin-kit/contract';
import { eachDatabase } from '@portico/plugin-kit/testing';
import fc from 'fast-check';
import { CHECKPOINT_MILLISECONDS, sealEntries } from './actions/seal-entries';
import { BooksCheck } from './books-check';
import { ledgerKey } from './ledger-key';
import { Sealer } from './sealer';
import { migrations } from '../migrations';
import { openCustomer } from './store/customers';
import { postEntry } from './store/ledger';
import { creditOf, holdFor, openBilling, openOrganization, start, stop } from './testing/billing-fixture';
import type { TestBilling } from './testing/billing-fixture';
import { assertBooksBalance } from './testing/books';
import { PLAIN_SECRETS } from './testing/plain-secrets';
import { assertLedgersVerify, exportedLines, verdictOn } from './testing/verified-ledger';

const HOUR = 3_600_000;
const credit = (billing: TestBilling, scope: Awaited<ReturnType<typeof openOrganization>>, amount = 1_000_000n) =>
  billing.database.transaction(tx => billing.port.credit(tx, creditOf(scope, amount)));

/** A life with every kind of movement an allocation makes. */
async function lived(billing: TestBilling) {
  const scope = await openOrganization(billing, 50_000_000n);
  const id = await holdFor(billing, scope, 12_000_000n);
  await start(billing, id);
  await billing.clock.advance(2 * HOUR + 600_001);
  await billing.accrual.tick();
  await credit(billing, scope);
  await stop(billing, id);
  return scope;
}

eachDatabase(db => {
  let billing: TestBilling;
  beforeEach(async () => {
    billing = await openBilling(db);
  });
  afterEach(async () => {
    await assertBooksBalance(billing.database.read);
    await billing.close();
  });
  const key = () => ledgerKey({ database: billing.database, secrets: PLAIN_SECRETS });

  test('each organization has a chain of its own, sealed after the commit, that verifies with its balances', async () => {
    const [one, other] = [await lived(billing), await lived(billing)];
    expect(await sealEntries(billing.database, await key())).toBe(false);
    const counted = await billing.database.read.all<{ n: number; head: number }>(
      `SELECT count(*) AS n, max(seal_position) AS head FROM billing_entries GROUP BY organization_id`,
    );
    expect(counted).toHaveLength(2);
    for (const { n, head } of counted) expect(head).toBe(n);
    for (const scope of [one, other]) {
      const lines = await exportedLines(billing, scope.organizationId);
      expect(lines.join('')).not.toContain((scope === one ? other : one).organizationId);
      expect(await verdictOn(lines, (await key()).publicKey)).toMatchObject({
        kind: 'intact',
        organizationId: scope.organizationId,
        currency: 'USD',
        entries: counted[0]?.n,
        balances: expect.objectContaining({ customer_held: '0' }) as object,
      });
    }
  });

  test('the export is of one instant and whole, whatever was not sealed yet and whatever comes meanwhile', async () => {
    const scope = await lived(billing);
    const before = await exportedLines(billing, scope.organizationId);
    await credit(billing, scope);
    const after = await exportedLines(billing, scope.organizationId);
    expect([await verdictOn(before), await verdictOn(after)]).toMatchObject([{ kind: 'intact' }, { kind: 'intact' }]);
    // What was handed out stays true: entries and checkpoints of before are those of after.
    expect(after.slice(1, before.length - 1)).toEqual(before.slice(1, -1));
  });

  test('the key is made once, and a file signed by another is not taken for ours', async () => {
    const scope = await lived(billing);
    const lines = await exportedLines(billing, scope.organizationId);
    expect((await key()).publicKey).toBe((await key()).publicKey);
    const elsewhere = await openBilling(db);
    const foreign = (await ledgerKey({ database: elsewhere.database, secrets: PLAIN_SECRETS })).publicKey;
    expect(await verdictOn(lines, foreign)).toMatchObject({ kind: 'altered', line: 1 });
    await elsewhere.close();
  });

  test('two sealers at once make one chain, also while entries are made', async () => {
    const scope = await openOrganization(billing, 1n);
    const signing = await key();
    await Promise.all(
      Array.from({ length: 25 }, async () => {
        await credit(billing, scope);
        await sealEntries(billing.database, signing);
      }),
    );
    while (await sealEntries(billing.database, signing));
    expect(await verdictOn(await exportedLines(billing, scope.organizationId))).toMatchObject({
      kind: 'intact',
      entries: 26,
    });
  });

  test('an entry that commits after a later one was sealed is sealed behind it', async () => {
    const scope = await openOrganization(billing, 1n);
    const signing = await key();
    await billing.clock.advance(1_000);
    await credit(billing, scope);
    await sealEntries(billing.database, signing);
    // Its transaction began before: the clock says an earlier time.
    billing.clock.set(billing.clock.now() - 900);
    const late = await credit(billing, scope);
    await sealEntries(billing.database, signing);
    const last = await billing.database.read.first(
      'SELECT entry_id FROM billing_entries ORDER BY seal_position DESC LIMIT 1',
    );
    expect(last).toEqual({ entry_id: late?.entryId });
    await assertLedgersVerify(billing);
  });

  test('a checkpoint is signed at the first seal, then once a minute, and when the clock went back', async () => {
    const scope = await openOrganization(billing, 1n);
    const signing = await key();
    const checkpoints = async () =>
      (await billing.database.read.first<{ n: number }>('SELECT count(*) AS n FROM billing_checkpoints'))?.n;
    const round = async (milliseconds: number) => {
      billing.clock.set(billing.clock.now() + milliseconds);
      await credit(billing, scope);
      await sealEntries(billing.database, signing);
      return checkpoints();
    };
    expect([await round(0), await round(1_000), await round(CHECKPOINT_MILLISECONDS), await round(-HOUR)]).toEqual([
      1, 1, 2, 3,
    ]);
    await sealEntries(billing.database, signing);
    expect(await checkpoints()).toBe(3);
  });

  test('the sealer seals within a second of the commit, and what it was not told of when it polls', async () => {
    const { database, clock } = billing;
    const sealer = new Sealer({ database, clock, secrets: PLAIN_SECRETS, logger: { warn: () => undefined } });
    sealer.start();
    const unsealed = async () =>
      (
        await database.read.first<{ n: number }>(
          'SELECT count(*) AS n FROM billing_entries WHERE seal_position IS NULL',
        )
      )?.n;
    await openOrganization(billing, 1n);
    for (let waited = 0; (await unsealed()) !== 0; waited += 100) {
      expect(waited).toBeLessThan(1_000);
      await clock.advance(100);
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    await sealer.stop();
    expect(clock.sleepers).toBe(0);
  });

  test('the check of the books says when a balance or an entry was changed behind the portal’s back, and when it is well again', async () => {
    const scope = await lived(billing);
    const { database, clock, attention } = billing;
    const failed: unknown[] = [];
    const check = new BooksCheck({
      ...{ database, clock, attention, secrets: PLAIN_SECRETS },
      logger: { error: (...args) => void failed.push(args) },
    });
    const { signal } = new AbortController();
    const round = async () => {
      clock.set(clock.now() + HOUR);
      const done = check.round(signal);
      let open = true;
      void done.finally(() => (open = false));
      while (open) {
        await clock.advance(20);
        await new Promise(resolve => setImmediate(resolve));
      }
      await done;
      return [...attention.messages.entries()];
    };
    const change = (sql: string) => database.transaction(tx => tx.run(sql, [scope.organizationId]));
    await sealEntries(database, await key());
    expect(await round()).toEqual([]);
    const usage = `UPDATE billing_accounts SET balance_micros = balance_micros`;
    await change(`${usage} + 1 WHERE account = 'usage_revenue' AND organization_id = ?`);
    expect(await round()).toEqual([
      [
        `ledger_mismatch ${scope.organizationId}`,
        expect.stringContaining('the balance of usage_revenue is 26000004, and its postings sum to 26000003') as string,
      ],
    ]);
    await change(`${usage} - 1 WHERE account = 'usage_revenue' AND organization_id = ?`);
    expect(await round()).toEqual([]);
    await change(`UPDATE billing_entries SET description = 'x' WHERE seal_position = 2 AND organization_id = ?`);
    expect((await round())[0]?.[1]).toMatch(/entry led_\w+: its content is not what was sealed/);
    expect(failed).toEqual([]);
  });

  test('every alteration of every field of every line is found, at the first entry it touches', async () => {
    const scope = await lived(billing);
    await billing.clock.advance(CHECKPOINT_MILLISECONDS);
    await sealEntries(billing.database, await key());
    await credit(billing, scope);
    await credit(billing, scope);
    const lines = await exportedLines(billing, scope.organizationId);
    expect(await verdictOn(lines)).toMatchObject({ kind: 'intact', checkpoints: 2 });
    const parsed = lines.map(line => JSON.parse(line) as Record<string, unknown>);
    for (const [index, line] of parsed.entries()) {
      for (const path of pathsOf(line)) {
        for (const value of ['x', null, '1', 7, undefined]) {
          const altered = withChanged(line, path, value);
          if (JSON.stringify(altered) === lines[index]) continue;
          const verdict = await verdictOn(lines.with(index, JSON.stringify(altered)));
          const expected = { kind: 'altered', line: index + 1 };
          expect({ path, value, ...verdict }).toMatchObject(
            'entry' in line ? { ...expected, position: line['position'] } : expected,
          );
        }
      }
    }
  });

  test('whatever is dropped, doubled, swapped, cut off or put in is found', async () => {
    const lines = await exportedLines(billing, (await lived(billing)).organizationId);
    const deed = fc.constantFrom('drop' as const, 'double' as const, 'swap' as const, 'cut' as const, 'blank' as const);
    await fc.assert(
      fc.asyncProperty(deed, fc.nat(lines.length - 1), async (what, at) => {
        const changed = tampered(lines, what, at);
        if (changed.join('\n') === lines.join('\n')) return;
        const verdict = await verdictOn(changed);
        expect({ what, at, ...verdict }).toMatchObject({ kind: 'altered' });
        const firstDifferent = changed.findIndex((line, index) => line !== lines[index]);
        const touched = parsedPosition(lines[firstDifferent < 0 ? changed.length : firstDifferent]);
        // An entry that is not where it was is named; what stands between entries is named by its line alone.
        const isEntry = touched !== null && parsedPosition(lines[at]) !== null && what !== 'cut';
        if (verdict.kind === 'altered' && isEntry) expect(verdict.position).toBe(touched);
      }),
      { numRuns: 80 },
    );
  });

  test('whoever can write to the database cannot make a chain of their own', async () => {
    const scope = await lived(billing);
    const { database } = billing;
    await sealEntries(database, await key());
    const published = (await key()).publicKey;
    // Altered, and sealed anew with a key of the thief's.
    await database.transaction(async tx => {
      await tx.run(`UPDATE billing_entries SET description = 'nothing to see', seal_position = NULL, seal_hash = NULL`);
      for (const table of ['chain_heads', 'checkpoints', 'signing_key']) await tx.run(`DELETE FROM billing_${table}`);
    });
    const lines = await exportedLines(billing, scope.organizationId);
    expect(await verdictOn(lines)).toMatchObject({ kind: 'intact' });
    expect(await verdictOn(lines, published)).toMatchObject({ kind: 'altered', line: 1 });
  });

  test('an upgraded portal seals what it had before there were seals', async () => {
    const { database, close } = await db.open();
    const isOld = (name: string) => name < '0004';
    await database.migrate(
      'billing',
      migrations.filter(migration => isOld(migration.name)),
    );
    await database.transaction(async tx => {
      await openCustomer(tx, { organizationId: 'org_old', currency: 'USD' });
      for (const n of [1, 2, 3])
        await postEntry(tx, {
          ...{ kind: 'adjustment', currency: 'USD', amount: 1n, description: 'of old', correlationId: null },
          scope: { organizationId: 'org_old', departmentId: null, projectId: null, userId: null, allocationId: null },
          postings: { adjustment_expense: -1n, customer_available: 1n },
          actor: { type: 'system', id: 'test' },
          reference: String(n),
        });
    });
    await database.migrate('billing', migrations);
    expect(await verdictOn(await exportedLines({ database }, 'org_old'))).toMatchObject({ kind: 'intact', entries: 3 });
    await assertBooksBalance(database.read);
    await close();
  });

  test('many rounds of entries are sealed one after the other', async () => {
    const scope = await openOrganization(billing, 1n);
    await billing.database.transaction(async tx => {
      for (let n = 0; n < 600; n += 1)
        await postEntry(tx, {
          ...{ kind: 'adjustment', scope, currency: 'USD', amount: 1n, description: 'of old', correlationId: null },
          postings: { adjustment_expense: -1n, customer_available: 1n },
          actor: { type: 'system', id: 'test' },
          reference: newId('corr'),
        });
    });
    expect(await sealEntries(billing.database, await key())).toBe(true);
    expect(await verdictOn(await exportedLines(billing, scope.organizationId))).toMatchObject({
      kind: 'intact',
      entries: 601,
    });
  });
});

function parsedPosition(line: string | undefined): number | null {
  const parsed = line === undefined ? {} : (JSON.parse(line) as { position?: number });
  return parsed.position ?? null;
}

function tampered(lines: readonly string[], what: 'drop' | 'double' | 'swap' | 'cut' | 'blank', at: number): string[] {
  const line = lines[at] as string;
  const next = lines[at + 1];
  if (what === 'drop') return lines.toSpliced(at, 1);
  if (what === 'double') return lines.toSpliced(at, 0, line);
  if (what === 'cut') return lines.slice(0, at);
  if (what === 'blank') return lines.with(at, ` ${line}`);
  return next === undefined ? [...lines] : lines.toSpliced(at, 2, next, line);
}

/** Every value in a line, by its path. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    ...(path.length > 0 ? [path] : []),
    ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, [...path, name])),
  ];
}

function withChanged(value: unknown, path: readonly string[], to: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return to;
  const object = value as Record<string, unknown>;
  return { ...object, [name]: withChanged(object[name], rest, to) };
}
