import { createTestDatabase, startPostgresServer, waitFor } from '@portico/plugin-kit/testing';
import { systemClock } from '../clock/system-clock';
import { openDatabase } from './open-database';

interface Row {
  id: number;
  count: number;
}

test('a server that dies under load: clean codes, nothing partial, everything acknowledged is there, and work goes on when it is back', async () => {
  const server = await startPostgresServer({ durable: true });
  const database = openDatabase({ dialect: 'postgres', url: server.url }, systemClock);
  try {
    await database.transaction(tx => tx.run('CREATE TABLE test_pairs (number bigint, half bigint)'));
    let number = 0;
    let loading = true;
    const acknowledged: number[] = [];
    const refusals: unknown[] = [];
    const clients = Array.from({ length: 8 }, async () => {
      while (loading) {
        const own = (number += 1);
        await database
          .transaction(async tx => {
            for (const half of [1, 2]) await tx.run('INSERT INTO test_pairs (number, half) VALUES (?, ?)', [own, half]);
          })
          .then(
            () => acknowledged.push(own),
            (error: unknown) => refusals.push(error),
          );
        if (refusals.length > 0) await new Promise(resolve => setTimeout(resolve, 5));
      }
    });
    await waitFor(() => acknowledged.length > 50);
    await server.crash();
    await waitFor(() => refusals.length > 20);
    await expect(database.read.first('SELECT 1 AS one')).rejects.toMatchObject({
      code: 'service_unavailable',
      status: 503,
    });
    await server.restart();
    const before = acknowledged.length;
    await waitFor(() => acknowledged.length > before + 50, 'clients to get through again');
    loading = false;
    await Promise.all(clients);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'service_unavailable' });
    const rows = await database.read.all<{ number: number; halves: number }>(
      'SELECT number, count(*) AS halves FROM test_pairs GROUP BY number',
    );
    expect(rows.every(row => row.halves === 2)).toBe(true);
    const present = new Set(rows.map(row => row.number));
    expect(acknowledged.filter(one => !present.has(one))).toEqual([]);
  } finally {
    await database.close();
    await server.stop();
  }
}, 60_000);

test('a server that is not there is told with a code at once', async () => {
  const database = openDatabase({ dialect: 'postgres', url: 'postgres://nobody@127.0.0.1:1/none' }, systemClock);
  await expect(database.transaction(async () => 1)).rejects.toMatchObject({ code: 'service_unavailable' });
  await expect(database.migrate('test', [])).rejects.toMatchObject({ code: 'service_unavailable' });
  await database.close();
});

describe('locks', () => {
  async function open() {
    const store = await createTestDatabase('postgres');
    const database = store.connect(systemClock);
    return { database, close: () => database.close().then(() => store.drop()) };
  }

  test('a deadlock is resolved by running one of the two again', async () => {
    const { database, close } = await open();
    await database.transaction(async tx => {
      await tx.run('CREATE TABLE test_counts (id bigint primary key, count bigint)');
      await tx.run('INSERT INTO test_counts (id, count) VALUES (1, 0), (2, 0)');
    });
    let runs = 0;
    let met = () => {};
    const both = new Promise<void>(resolve => (met = resolve));
    const add = (first: number, second: number) =>
      database.transaction(async tx => {
        await tx.run('UPDATE test_counts SET count = count + 1 WHERE id = ?', [first]);
        if ((runs += 1) === 2) met();
        await both;
        await tx.run('UPDATE test_counts SET count = count + 1 WHERE id = ?', [second]);
      });
    await Promise.all([add(1, 2), add(2, 1)]);
    expect(runs).toBe(3);
    expect(await database.read.all<Row>('SELECT id, count FROM test_counts ORDER BY id')).toEqual([
      { id: 1, count: 2 },
      { id: 2, count: 2 },
    ]);
    await close();
  });

  test('waits for a lock no longer than asked', async () => {
    const { database, close } = await open();
    await database.transaction(async tx => {
      await tx.run('CREATE TABLE test_locked (id bigint primary key)');
      await tx.run('INSERT INTO test_locked (id) VALUES (1)');
    });
    let release = () => {};
    let locked = () => {};
    const isLocked = new Promise<void>(resolve => (locked = resolve));
    const holder = database.transaction(async tx => {
      await tx.run('SELECT id FROM test_locked FOR UPDATE');
      locked();
      await new Promise<void>(resolve => (release = resolve));
    });
    await isLocked;
    const waiting = database.transaction(tx => tx.all('SELECT id FROM test_locked FOR UPDATE'), {
      lockTimeoutSeconds: 0.05,
    });
    await expect(waiting).rejects.toMatchObject({ code: '55P03' });
    release();
    await holder;
    await close();
  });

  test('an error that was swallowed inside a transaction does not pass for a commit', async () => {
    const { database, close } = await open();
    await database.transaction(tx => tx.run('CREATE TABLE test_once (id bigint primary key)'));
    const half = database.transaction(async tx => {
      await tx.run('INSERT INTO test_once (id) VALUES (1)');
      await tx.run('INSERT INTO test_once (id) VALUES (1)').catch(() => {});
    });
    await expect(half).rejects.toThrow('was rolled back');
    expect(await database.read.all('SELECT id FROM test_once')).toEqual([]);
    await close();
  });
});
