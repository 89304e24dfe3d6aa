import type { AuditEntry, Database } from '@portico/plugin-kit/backend';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { createSecretBox } from '../secrets/secret-box';
import { auditJsonLines, auditPage } from './audit-reading';
import { auditSigningKey, CHECKPOINT_MILLISECONDS, sealAudit } from './audit-sealer';
import { createAudit } from './audit-service';
import { auditMigrations } from './audit-tables';
import { verifyAuditExport } from './audit-verification';

const thing = { type: 'thing', fields: { name: 'track', token: 'secret' } } as const;
const audit = createAudit(() => undefined);
const secrets = createSecretBox(Buffer.alloc(32, 7));

function deed(number: number, part: Partial<AuditEntry> = {}): AuditEntry {
  return {
    action: 'thing.renamed',
    actor: { type: 'user', id: 'usr_1', sessionId: null, address: null },
    organizationId: number % 2 === 0 ? 'org_even' : 'org_odd',
    resource: thing,
    targetId: `thing_${number}`,
    correlationId: `corr_${number}`,
    before: { name: 'a', token: 'x' },
    after: { name: `b${number}`, token: 'y' },
    ...part,
  };
}

const record = (database: Database, number: number, part?: Partial<AuditEntry>) =>
  database.transaction(tx => audit.record(tx, deed(number, part)));
const names = { ofUsers: async () => new Map<string, string>() };
const never = new AbortController().signal;

eachDatabase(db => {
  test('deeds are chained after their commit, in the order in which they became visible, and the export verifies', async () => {
    const { database, clock, close } = await db.open();
    await database.migrate('platform_audit', auditMigrations);
    const key = await auditSigningKey(database, secrets);
    // Asked for again, as another replica or the next start does, it is the same key.
    expect((await auditSigningKey(database, secrets)).export({ type: 'pkcs8', format: 'pem' })).toEqual(
      key.export({ type: 'pkcs8', format: 'pem' }),
    );
    expect(await sealAudit(database, key)).toBe(false);

    for (const number of [1, 2, 3]) await record(database, number);
    expect(await sealAudit(database, key)).toBe(false);
    clock.set(clock.now() + CHECKPOINT_MILLISECONDS);
    await record(database, 4);
    await sealAudit(database, key);
    await record(database, 5);

    const verdict = await verifyAuditExport(byLine(auditJsonLines(database.read, never)));
    expect(verdict).toEqual({ kind: 'intact', entries: 4, checkpoints: 2, signedThrough: 4, unsealed: 1 });
    const { items } = await auditPage(database.read, {}, { limit: 10, names });
    expect(items.map(item => item.seal?.position ?? null)).toEqual([null, 4, 3, 2, 1]);
    await close();
  });

  test('a row changed behind the portal’s back is named', async () => {
    const { database, close } = await db.open();
    await database.migrate('platform_audit', auditMigrations);
    const key = await auditSigningKey(database, secrets);
    for (const number of [1, 2, 3]) await record(database, number);
    await sealAudit(database, key);
    await database.transaction(tx =>
      tx.run(`UPDATE platform_audit_log SET actor_id = 'usr_2' WHERE target_id = 'thing_2'`),
    );
    expect(await verifyAuditExport(byLine(auditJsonLines(database.read, never)))).toMatchObject({
      kind: 'altered',
      position: 2,
    });
    await close();
  });

  test('two sealers at once make one chain', async () => {
    const { database, close } = await db.open();
    await database.migrate('platform_audit', auditMigrations);
    const key = await auditSigningKey(database, secrets);
    await Promise.all(Array.from({ length: 20 }, (_, number) => record(database, number)));
    await Promise.all([sealAudit(database, key), sealAudit(database, key), sealAudit(database, key)]);
    expect(await verifyAuditExport(byLine(auditJsonLines(database.read, never)))).toMatchObject({
      kind: 'intact',
      entries: 20,
      unsealed: 0,
    });
    await close();
  });

  test('lists are newest first, page without gap or overlap, and filter', async () => {
    const { database, close } = await db.open();
    await database.migrate('platform_audit', auditMigrations);
    for (let number = 0; number < 10; number += 1)
      await record(database, number, number === 3 ? { action: 'thing.removed' } : {});
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await auditPage(database.read, { organization_id: 'org_odd' }, { limit: 2, cursor, names });
      seen.push(...page.items.map(item => item.resource.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(['thing_9', 'thing_7', 'thing_5', 'thing_3', 'thing_1']);
    const removed = await auditPage(
      database.read,
      { action: 'thing.removed', actor_id: 'usr_1' },
      { limit: 10, names },
    );
    expect(removed.items).toEqual([
      expect.objectContaining({
        resource: { type: 'thing', id: 'thing_3' },
        changes: { name: { before: 'a', after: 'b3' }, token: 'changed' },
      }),
    ]);
    expect((await auditPage(database.read, { correlation_id: 'nobody' }, { limit: 10, names })).items).toEqual([]);
    await close();
  });
});

async function* byLine(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const chunk of chunks) yield* chunk.trimEnd().split('\n');
}
