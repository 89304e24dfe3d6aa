import type { Actor, AuditEntry } from '@portico/plugin-kit/backend';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { createAudit } from './audit-service';
import { auditMigrations } from './audit-tables';
import { auditedChanges } from './audited-changes';

const audit = createAudit(() => undefined);
const account = {
  type: 'account',
  fields: { name: 'track', balance: 'track', password: 'secret', etag: 'ignore' },
} as const;

test.each([
  ['creation', undefined, { name: 'a', balance: 5n }, { name: { after: 'a' }, balance: { after: '5' } }],
  ['deletion', { name: 'a' }, undefined, { name: { before: 'a' } }],
  ['change', { name: 'a', balance: 1n }, { name: 'b', balance: 1n }, { name: { before: 'a', after: 'b' } }],
  ['null is a value', { name: null }, { name: 'b' }, { name: { before: null, after: 'b' } }],
  ['a secret is only said to have changed', { password: 'x' }, { password: 'y' }, { password: 'changed' }],
  ['an unchanged secret is not told', { password: 'x' }, { password: 'x' }, {}],
  ['ignored', { etag: 1 }, { etag: 2 }, {}],
])('%s', (_name, before, after, expected) => {
  expect(auditedChanges(account, before, after)).toEqual(expected);
});

test.each(['colour', 'constructor', '__proto__x'])('a field nobody classified (%s) throws', field => {
  expect(() => auditedChanges(account, undefined, { [field]: 1 })).toThrow(
    `field "${field}" of account is not classified`,
  );
});

test('nor does it compile', async () => {
  const after = { colour: 1 };
  const entry: AuditEntry<typeof account> = {
    action: 'account.painted',
    actor: { type: 'system', id: 'x' },
    organizationId: null,
    resource: account,
    targetId: 'acc_1',
    correlationId: 'corr_1',
    // @ts-expect-error – the compiler names the field before any test runs into it.
    after,
  };
  await expect(audit.record({ now: 0 } as never, entry)).rejects.toThrow('colour');
});

eachDatabase(db => {
  test('the row says who, what, why and in which request, and goes with its transaction', async () => {
    const { database, clock, close } = await db.open();
    await database.migrate('platform_audit', auditMigrations);
    const entry: AuditEntry = {
      action: 'account.credited',
      actor: { type: 'user', id: 'usr_1', sessionId: 'sess_1', address: '192.0.2.1' },
      organizationId: 'org_1',
      resource: account,
      targetId: 'acc_1',
      correlationId: 'corr_1',
      reason: 'goodwill',
      after: { balance: 9_007_199_254_740_993n, password: 'x' },
    };
    await database.transaction(tx => audit.record(tx, entry));
    await database
      .transaction(async tx => (await audit.record(tx, entry), Promise.reject(new Error('no'))))
      .catch(() => {});
    const rows = await database.read.all('SELECT * FROM platform_audit_log');
    expect(rows).toEqual([
      expect.objectContaining({
        at: clock.now(),
        action: 'account.credited',
        actor_type: 'user',
        actor_id: 'usr_1',
        session_id: 'sess_1',
        address: '192.0.2.1',
        key_id: null,
        support_session_id: null,
        on_behalf_of_type: null,
        on_behalf_of_id: null,
        organization_id: 'org_1',
        project_id: null,
        resource_type: 'account',
        target_id: 'acc_1',
        correlation_id: 'corr_1',
        reason: 'goodwill',
        changes_json: '{"balance":{"after":"9007199254740993"},"password":"changed"}',
      }),
    ]);
    await close();
  });

  const person = { id: 'usr_1', sessionId: 'sess_1', address: '192.0.2.1' };
  const none = { key_id: null, support_session_id: null, on_behalf_of_type: null, on_behalf_of_id: null };
  const support: Actor = { type: 'support', ...person, supportSessionId: 'sup_1', organizationId: 'org_1' };
  const acted: readonly [string, Actor, string | null, object][] = [
    ['a person', { type: 'user', ...person }, 'org_1', { ...none, actor_type: 'user' }],
    [
      'a key of theirs',
      { type: 'api_key', ...person, keyId: 'apikey_1' },
      'org_1',
      { ...none, actor_type: 'api_key', key_id: 'apikey_1' },
    ],
    [
      'an account for programs',
      { type: 'service_account', ...person, keyId: 'apikey_2' },
      'org_1',
      { ...none, actor_type: 'service_account', key_id: 'apikey_2' },
    ],
    [
      'support in the organization it looks into',
      support,
      'org_1',
      {
        actor_type: 'support',
        key_id: null,
        support_session_id: 'sup_1',
        on_behalf_of_type: 'organization',
        on_behalf_of_id: 'org_1',
      },
    ],
    ['the same person elsewhere, who is not told of', support, 'org_2', { ...none, actor_type: 'user' }],
    ['a task', { type: 'task', id: 'task_1' }, 'org_1', { ...none, actor_type: 'task', session_id: null }],
    [
      'a task that works for somebody',
      { type: 'task', id: 'task_1', forUserId: 'usr_9' },
      'org_1',
      { ...none, actor_type: 'task', on_behalf_of_type: 'user', on_behalf_of_id: 'usr_9' },
    ],
    ['the system', { type: 'system', id: 'fleet' }, null, { ...none, actor_type: 'system', address: null }],
  ];
  test.each(acted)('the row says that it was %s', async (_name, actor, organizationId, expected) => {
    const { database, close } = await db.open();
    await database.migrate('platform_audit', auditMigrations);
    await database.transaction(tx =>
      audit.record(tx, {
        action: 'account.closed',
        actor,
        organizationId,
        resource: account,
        targetId: 'acc_1',
        correlationId: 'corr_1',
      }),
    );
    const row = await database.read.first('SELECT * FROM platform_audit_log');
    expect(row).toMatchObject({ actor_id: actor.id, ...expected });
    await close();
  });
});
