import { databaseRef, isUniqueViolation } from '@portico/plugin-kit/backend';
import type { Migration } from '@portico/plugin-kit/backend';
import { eachDatabase } from '@portico/plugin-kit/testing';

const migrations: Migration[] = [
  {
    name: '0001_things',
    async up(knex) {
      await knex.schema.createTable('test_things', table => {
        table.string('id').primary();
        table.bigInteger('count').notNullable();
        table.bigInteger('price_micros');
        table.text('name');
        table.binary('bytes');
      });
    },
  },
];
interface Thing {
  id: string;
  count: number;
  price_micros: bigint | null;
  name: string | null;
}

eachDatabase(db => {
  const open = async () => {
    const opened = await db.open();
    await opened.database.migrate('test', migrations);
    return opened;
  };

  test('the service reference is the one plugins ask for', () => {
    expect(databaseRef.id).toBe('portico.database');
  });

  test('reads money as bigint, other integers as numbers, and refuses to lose digits', async () => {
    const { database, close } = await open();
    await database.transaction(async tx => {
      await tx.run('INSERT INTO test_things (id, count, price_micros, name, bytes) VALUES (?, ?, ?, ?, ?)', [
        'a',
        3,
        9_000_000_000_000_000_000n,
        "what? it's",
        new Uint8Array([1, 2, 255]),
      ]);
      await tx.run('INSERT INTO test_things (id, count, price_micros, name) VALUES (?, ?, ?, ?)', [
        'b',
        9_007_199_254_740_993n,
        null,
        null,
      ]);
    });
    const a = await database.read.first<Thing & { bytes: Uint8Array }>(
      "SELECT *, '?' AS mark FROM test_things WHERE id = ? -- why?",
      ['a'],
    );
    expect(a).toEqual({
      id: 'a',
      count: 3,
      price_micros: 9_000_000_000_000_000_000n,
      name: "what? it's",
      bytes: Buffer.from([1, 2, 255]),
      mark: '?',
    });
    await expect(database.read.first('SELECT count FROM test_things WHERE id = ?', ['b'])).rejects.toThrow(
      'beyond 2^53',
    );
    expect(await database.read.first('SELECT count AS count_micros FROM test_things WHERE id = ?', ['b'])).toEqual({
      count_micros: 9_007_199_254_740_993n,
    });
    expect(
      await database.read.first('SELECT count(*) AS rows, sum(price_micros) AS total_micros FROM test_things'),
    ).toEqual({
      rows: 2,
      total_micros: 9_000_000_000_000_000_000n,
    });
    expect(
      await database.read.first<Thing>(database.build<Thing>('test_things').select('id', 'count').where({ id: 'a' })),
    ).toEqual({ id: 'a', count: 3 });
    await close();
  });

  test('counts the rows a statement changed, and returns rows of RETURNING', async () => {
    const { database, clock, close } = await open();
    await database.transaction(async tx => {
      expect(tx.now).toBe(clock.now());
      expect(
        await tx.run(
          database.build('test_things').insert([
            { id: 'a', count: 1 },
            { id: 'b', count: 2 },
          ]),
        ),
      ).toBe(2);
      expect(await tx.all('UPDATE test_things SET count = count + ? WHERE id = ? RETURNING count', [10, 'a'])).toEqual([
        { count: 11 },
      ]);
      expect(await tx.run('DELETE FROM test_things WHERE id = ?', ['none'])).toBe(0);
      expect(await tx.first(`SELECT id FROM test_things WHERE id = ?${tx.forUpdate}`, ['b'])).toEqual({ id: 'b' });
    });
    await close();
  });

  test('a failed transaction leaves nothing and tells no listener', async () => {
    const { database, close } = await open();
    const woken: string[] = [];
    const failing = database.transaction(async tx => {
      tx.afterCommit(() => woken.push('failed'));
      await tx.run('INSERT INTO test_things (id, count) VALUES (?, ?)', ['a', 1]);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await database.transaction(async tx => {
      tx.afterCommit(() => woken.push('committed'));
      expect(await tx.all('SELECT id FROM test_things')).toEqual([]);
      expect(woken).toEqual([]);
    });
    expect(woken).toEqual(['committed']);
    await close();
  });

  test('a unique violation is recognised, and swallowing it does not commit half', async () => {
    const { database, close } = await open();
    const insert = 'INSERT INTO test_things (id, count) VALUES (?, ?)';
    const twice = database.transaction(async tx => {
      await tx.run(insert, ['a', 1]);
      await tx.run(insert, ['a', 1]);
    });
    expect(isUniqueViolation(await twice.catch((error: unknown) => error))).toBe(true);
    expect(await database.read.all('SELECT id FROM test_things')).toEqual([]);
    await close();
  });

  test('nested transactions and reads inside one are refused instead of waiting for ever', async () => {
    const { database, close } = await open();
    await database.transaction(async () => {
      await expect(database.transaction(async () => 1)).rejects.toThrow('inside a transaction');
      await expect(database.read.all('SELECT 1 AS one')).rejects.toThrow('inside a transaction');
    });
    await close();
  });

  test('a transaction that awaits something else delays others but blocks none for ever', async () => {
    const { database, close } = await open();
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3].map(place =>
        database.transaction(async tx => {
          await new Promise(resolve => setTimeout(resolve, 2));
          await tx.run('INSERT INTO test_things (id, count) VALUES (?, ?)', [`t${place}`, place]);
          order.push(place);
        }),
      ),
    );
    expect(order.toSorted()).toEqual([1, 2, 3]);
    if (db.dialect === 'sqlite') expect(order).toEqual([1, 2, 3]);
    await close();
  });

  test('a query that outlives its transaction throws', async () => {
    const { database, close } = await open();
    const tx = await database.transaction(async open => open);
    await expect(tx.all('SELECT 1 AS one')).rejects.toThrow('the transaction is over');
    await close();
  });

  test('increments from many transactions at once are all there', async () => {
    const { database, close } = await open();
    await database.transaction(tx => tx.run('INSERT INTO test_things (id, count) VALUES (?, ?)', ['sum', 0]));
    await Promise.all(
      Array.from({ length: 50 }, () =>
        database.transaction(async tx => {
          const row = await tx.first<Thing>(`SELECT count FROM test_things WHERE id = ?${tx.forUpdate}`, ['sum']);
          await tx.run('UPDATE test_things SET count = ? WHERE id = ?', [(row as Thing).count + 1, 'sum']);
        }),
      ),
    );
    expect(await database.read.first('SELECT count FROM test_things')).toEqual({ count: 50 });
    await close();
  });

  test('migrations run once although two replicas start together, and an unknown one stops the start', async () => {
    const { database, store, clock, close } = await db.open();
    const other = db.dialect === 'sqlite' ? database : store.connect(clock);
    let runs = 0;
    const counted = migrations.map(migration => ({
      ...migration,
      up: async (knex: never) => ((runs += 1), migration.up(knex)),
    }));
    await Promise.all([
      database.migrate('test', counted),
      other.migrate('test', counted),
      database.migrate('test', counted),
    ]);
    expect(runs).toBe(1);
    await expect(database.migrate('test', [])).rejects.toThrow('written by a newer version');
    const failing: Migration = {
      name: '0002_half',
      up: async knex => (
        await knex.schema.createTable('test_half', table => void table.string('id')),
        Promise.reject(new Error('no'))
      ),
    };
    await expect(database.migrate('test', [...migrations, failing])).rejects.toThrow('no');
    await expect(database.read.all('SELECT * FROM test_half')).rejects.toThrow();
    if (other !== database) await other.close();
    await close();
  });

  test('after closing, everything is refused with a code', async () => {
    const { database, close } = await open();
    await database.close();
    await expect(database.transaction(async () => 1)).rejects.toMatchObject({ code: 'service_unavailable' });
    await expect(database.read.all('SELECT 1 AS one')).rejects.toMatchObject({ code: 'service_unavailable' });
    await close();
  });
});
