import type { DomainEvent, Transaction } from '@portico/plugin-kit/backend';
import { eachDatabase, waitFor } from '@portico/plugin-kit/testing';
import type { DatabaseUnderTest, OpenTestDatabase } from '@portico/plugin-kit/testing';
import { attention, attentionMigrations, listAttention } from '../attention/attention-service';
import { systemClock } from '../clock/system-clock';
import type { FeedItem } from './event-feed';
import { DatabaseOutbox } from './outbox';
import { outboxMigrations } from './outbox-tables';
import { removeOldEvents } from './retention';
import { sealEvents } from './sealer';

const quiet = { warn: () => {} };

async function openOutbox(db: DatabaseUnderTest) {
  const opened: OpenTestDatabase = await db.open();
  await opened.database.migrate('platform_outbox', outboxMigrations);
  await opened.database.migrate('platform_attention', attentionMigrations);
  const outbox = new DatabaseOutbox({ database: opened.database, clock: systemClock, attention, logger: quiet });
  return { ...opened, outbox };
}

function happened(number: number, organizationId = 'org_a', resource = 'r') {
  return {
    eventType: 'test.happened',
    correlationId: 'corr',
    organizationId,
    resource: { type: 'test', id: resource },
    payload: { number },
  };
}

const numbers = (items: readonly { event: DomainEvent }[]) => items.map(({ event }) => event.payload['number']);

/** Collects until `enough`, then leaves. */
async function collect(feed: AsyncIterable<FeedItem>, enough: (items: FeedItem[]) => boolean): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  for await (const item of feed) {
    items.push(item);
    if (enough(items)) break;
  }
  return items;
}

eachDatabase(db => {
  const never = new AbortController().signal;

  test('an event exists exactly when its transaction committed, and has no position before it is sealed', async () => {
    const { database, outbox, clock, close } = await openOutbox(db);
    await database.transaction(tx => outbox.append(tx, happened(1)));
    await database
      .transaction(async tx => (await outbox.append(tx, happened(2)), Promise.reject(new Error('no'))))
      .catch(() => {});
    expect(await database.read.all('SELECT position, occurred_at FROM platform_outbox')).toEqual([
      { position: null, occurred_at: clock.now() },
    ]);
    expect(await sealEvents(database)).toEqual({ sealed: 1, more: false });
    expect(await sealEvents(database)).toEqual({ sealed: 0, more: false });
    expect(await database.read.all('SELECT position FROM platform_outbox')).toEqual([{ position: 1 }]);
    await close();
  });

  if (db.dialect === 'postgres') {
    test('a transaction that wrote first and commits last comes after what was sealed meanwhile', async () => {
      const { database, outbox, close } = await openOutbox(db);
      let commit = () => {};
      let written = () => {};
      const hasWritten = new Promise<void>(resolve => (written = resolve));
      const slow = database.transaction(async tx => {
        await outbox.append(tx, happened(1, 'org_a', 'slow'));
        written();
        await new Promise<void>(resolve => (commit = resolve));
      });
      await hasWritten;
      await database.transaction(tx => outbox.append(tx, happened(2, 'org_a', 'quick')));
      await sealEvents(database);
      commit();
      await slow;
      await sealEvents(database);
      expect(await database.read.all('SELECT position, resource_id FROM platform_outbox ORDER BY position')).toEqual([
        { position: 1, resource_id: 'quick' },
        { position: 2, resource_id: 'slow' },
      ]);
      await close();
    });
  }

  test('a reader beside concurrent writers and two sealers skips nothing, sees nothing twice and sees each resource in order', async () => {
    const { database, outbox, store, close } = await openOutbox(db);
    const other = db.dialect === 'postgres' ? store.connect(systemClock) : database;
    let writing = true;
    const sealing = [database, other].map(async sealer => {
      while (writing) await sealEvents(sealer).then(() => new Promise(resolve => setImmediate(resolve)));
    });
    const seen: { position: number; resource_id: string; payload_json: string }[] = [];
    const readUp = async () => {
      seen.push(
        ...(await database.read.all<(typeof seen)[number]>(
          'SELECT position, resource_id, payload_json FROM platform_outbox WHERE position > ? ORDER BY position',
          [seen.at(-1)?.position ?? 0],
        )),
      );
    };
    const reading = (async () => {
      while (writing) await readUp().then(() => new Promise(resolve => setImmediate(resolve)));
    })();
    const RESOURCES = 8;
    const EVENTS = 15;
    await Promise.all(
      Array.from({ length: RESOURCES }, async (_, resource) => {
        for (let number = 0; number < EVENTS; number += 1) {
          await database.transaction(async tx => {
            await outbox.append(tx, happened(number, 'org_a', `r${resource}`));
            await new Promise(resolve => setTimeout(resolve, (resource * 7 + number * 3) % 5));
          });
        }
      }),
    );
    writing = false;
    await Promise.all([...sealing, reading]);
    await sealEvents(database);
    await readUp();
    expect(seen.map(row => row.position)).toEqual(Array.from({ length: RESOURCES * EVENTS }, (_, place) => place + 1));
    for (let resource = 0; resource < RESOURCES; resource += 1) {
      const ofResource = seen
        .filter(row => row.resource_id === `r${resource}`)
        .map(row => (JSON.parse(row.payload_json) as { number: number }).number);
      expect(ofResource).toEqual(Array.from({ length: EVENTS }, (_, place) => place));
    }
    if (other !== database) await other.close();
    await close();
  });

  test('a subscriber gets its organization’s events live, and resumes where it was', async () => {
    const { database, outbox, close } = await openOutbox(db);
    await outbox.start();
    const write = (number: number, organization: string) =>
      database.transaction((tx: Transaction) => outbox.append(tx, happened(number, organization)));
    const live = collect(
      outbox.feed.subscribe({ organizationId: 'org_a', signal: never }),
      items => items.length === 2,
    );
    await new Promise(resolve => setImmediate(resolve));
    for (const [number, organization] of [
      [1, 'org_a'],
      [2, 'org_b'],
      [3, 'org_a'],
      [4, 'org_a'],
    ] as const)
      await write(number, organization);
    const first = await live;
    expect(first.every(item => item.kind === 'event')).toBe(true);
    expect(numbers(first as never)).toEqual([1, 3]);

    const position = first.at(-1)?.position as number;
    const resumed = collect(
      outbox.feed.subscribe({ organizationId: 'org_a', afterPosition: position, signal: never }),
      items => items.length === 2,
    );
    await write(5, 'org_a');
    expect(numbers((await resumed) as never)).toEqual([4, 5]);

    const all = await collect(
      outbox.feed.subscribe({
        organizationId: null,
        afterPosition: 0,
        filter: event => event.payload['number'] !== 3,
        signal: never,
      }),
      items => items.length === 4,
    );
    expect(numbers(all as never)).toEqual([1, 2, 4, 5]);
    await outbox.stop();
    await close();
  });

  test('a subscriber whose signal aborts ends, also while nothing happens', async () => {
    const { outbox, close } = await openOutbox(db);
    await outbox.start();
    const leaving = new AbortController();
    const ended = collect(outbox.feed.subscribe({ organizationId: null, signal: leaving.signal }), () => false);
    leaving.abort();
    expect(await ended).toEqual([]);
    await outbox.stop();
    await close();
  });

  test('beyond retention, ahead of the head, or too slow: reset, then what follows', async () => {
    const { database, outbox, clock, close } = await openOutbox(db);
    await database.transaction(async tx => {
      for (let number = 1; number <= 5; number += 1) await outbox.append(tx, happened(number));
    });
    await sealEvents(database);
    await clock.advance(8 * 24 * 3600 * 1000);
    await database.transaction(tx => outbox.append(tx, happened(6)));
    await sealEvents(database);
    expect(await removeOldEvents(database)).toBe(false);
    expect(await database.read.all('SELECT position FROM platform_outbox')).toEqual([{ position: 6 }]);
    while (await outbox.feed.advance());

    for (const [afterPosition, expected] of [
      [2, 'reset'],
      [900, 'reset'],
      [5, 'event'],
    ] as const) {
      const [item] = await collect(
        outbox.feed.subscribe({ organizationId: null, afterPosition, signal: never }),
        () => true,
      );
      expect(item).toMatchObject({ kind: expected, position: 6 });
    }

    const slow = outbox.feed.subscribe({ organizationId: null, afterPosition: 5, signal: never });
    await slow.next();
    await database.transaction(async tx => {
      for (let number = 7; number <= 1_600; number += 1) await outbox.append(tx, happened(number));
    });
    while ((await sealEvents(database)).more);
    while (await outbox.feed.advance());
    expect(await slow.next()).toMatchObject({ value: { kind: 'reset', position: 1_600 } });
    await database.transaction(tx => outbox.append(tx, happened(1_601)));
    await sealEvents(database);
    await outbox.feed.advance();
    expect(await slow.next()).toMatchObject({ value: { kind: 'event', position: 1_601 } });
    await close();
  });

  test('a consumer handles every event of its types once in effect, although it fails and two replicas run it', async () => {
    const { database, outbox, store, close } = await openOutbox(db);
    await database.transaction(tx => tx.run('CREATE TABLE test_handled (number bigint)'));
    let failures = 2;
    const definition = {
      name: 'test.consumer',
      types: ['test.happened'],
      async handle(tx: Transaction, event: DomainEvent) {
        await tx.run('INSERT INTO test_handled (number) VALUES (?)', [event.payload['number'] as number]);
        if (event.payload['number'] === 3 && (failures -= 1) >= 0) throw new Error('not yet');
      },
    };
    const other = db.dialect === 'postgres' ? store.connect(systemClock) : database;
    const replicas = [outbox, new DatabaseOutbox({ database: other, clock: systemClock, attention, logger: quiet })];
    for (const replica of replicas) {
      replica.consume(definition);
      await replica.start();
    }
    for (let number = 1; number <= 6; number += 1) {
      await database.transaction(tx =>
        outbox.append(tx, { ...happened(number), eventType: number === 5 ? 'test.other' : 'test.happened' }),
      );
    }
    await waitFor(
      async () => (await database.read.all('SELECT number FROM test_handled')).length >= 5,
      'five events handled',
    );
    for (const replica of replicas) await replica.stop();
    const rows = await database.read.all<{ number: number }>('SELECT number FROM test_handled');
    expect(rows.map(row => row.number).toSorted()).toEqual([1, 2, 3, 4, 6]);
    if (other !== database) await other.close();
    await close();
  });

  test('a consumer that keeps failing asks for a person, and says so no longer once it is well', async () => {
    const { database, outbox, close, clock } = await openOutbox(db);
    const failing = new DatabaseOutbox({ database, clock, attention, logger: quiet });
    let broken = true;
    failing.consume({
      name: 'test.broken',
      types: ['test.happened'],
      handle: async () => (broken ? Promise.reject(new Error('boom')) : undefined),
    });
    await failing.start();
    await database.transaction(tx => outbox.append(tx, happened(1)));
    const raised = await waitFor(async () => {
      await clock.advance(10_000);
      return (await listAttention(database.read, { limit: 5 }))[0];
    }, 'attention to be raised');
    expect(raised).toMatchObject({
      kind: 'outbox.consumer_failing',
      resource: { id: 'test.broken' },
      message: expect.stringContaining('boom') as string,
    });
    broken = false;
    await waitFor(async () => {
      await clock.advance(10_000);
      return (await listAttention(database.read, { limit: 5 })).length === 0;
    }, 'attention to be cleared');
    await failing.stop();
    await close();
  });
});

test('consumers are named once and before the start', async () => {
  const outbox = new DatabaseOutbox({
    database: { dialect: 'sqlite' } as never,
    clock: systemClock,
    attention,
    logger: quiet,
  });
  const consumer = { name: 'twice', types: ['a'], handle: async () => {} };
  outbox.consume(consumer);
  expect(() => outbox.consume(consumer)).toThrow('two outbox consumers are called twice');
  expect(() => outbox.consume({ ...consumer, name: 'none', types: [] })).toThrow('names no event types');
});
