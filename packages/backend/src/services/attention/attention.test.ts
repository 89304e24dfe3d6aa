import { eachDatabase } from '@portico/plugin-kit/testing';
import { attention, attentionMigrations, listAttention } from './attention-service';

eachDatabase(db => {
  test('one row per kind and resource for as long as it lasts, newest first, page by page', async () => {
    const { database, clock, close } = await db.open();
    await database.migrate('platform_attention', attentionMigrations);
    const item = (id: string, message: string) => ({
      kind: 'test.stuck',
      resource: { type: 'task', id },
      organizationId: null,
      message,
    });
    const raise = (id: string, message: string) => database.transaction(tx => attention.raise(tx, item(id, message)));
    const began = clock.now();
    await raise('1', 'first');
    await clock.advance(1000);
    await Promise.all([raise('2', 'second'), raise('3', 'third')]);
    await raise('1', 'first, still');

    const all = await listAttention(database.read, { limit: 10 });
    expect(
      all
        .map(row => row.resource.id)
        .slice(0, 2)
        .toSorted(),
    ).toEqual(['2', '3']);
    expect(all[2]).toMatchObject({ kind: 'test.stuck', message: 'first, still', raisedAt: began });
    const paged = [];
    for (let [last] = await listAttention(database.read, { limit: 1 }); last !== undefined;) {
      paged.push(last);
      [last] = await listAttention(database.read, { limit: 1, after: { at: last.raisedAt, id: last.attentionId } });
    }
    expect(paged).toEqual(all);

    await database.transaction(tx => attention.clear(tx, item('1', '')));
    await database.transaction(tx => attention.clear(tx, item('1', '')));
    expect((await listAttention(database.read, { limit: 10 })).length).toBe(2);
    await close();
  });
});
