import { exportAuditLogs, exportOwnAuditLogs, listAllAuditLogs, listAuditLogs } from '@portico/plugin-kit/contract';
import {
  addSshKey,
  createApiKey,
  creditUser,
  openSupportSession,
  signIn,
  signOut,
} from '@portico/plugin-access/contract';
import { startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import type { TestBackend } from '@portico/plugin-kit/testing';
import { TEST_PASSWORD } from '../../testing';
import { verifyAuditExport } from './audit-verification';

const PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqCVnBkhVEsHCS2aUIDmA7ls8kQHJYXzDGeZ6oTX7nZ';

describe.each(['sqlite', 'postgres'] as const)('the audit log on %s', database => {
  let backend: TestBackend;
  beforeAll(async () => {
    backend = await startTestBackend({ database, plugins: ['access', 'billing'] });
  });
  afterAll(() => backend?.stop());

  const admin = async () => {
    const reply = await backend.call(signIn, { body: { username: 'admin', password: TEST_PASSWORD } });
    return reply.access_token as string;
  };

  test('an organization reads what was done in it and nothing of others; the platform reads all', async () => {
    const [one, other] = [await backend.signUp(), await backend.signUp()];
    await backend.call(addSshKey, {
      token: one.token,
      body: { name: 'laptop', public_key: PUBLIC_KEY },
      headers: { 'x-correlation-id': 'corr-of-the-key' },
    });
    const own = await backend.call(listAuditLogs, { token: one.token, query: { limit: 200 } });
    expect(own.items.length).toBeGreaterThan(0);
    expect(new Set(own.items.map(item => item.organization_id))).toEqual(new Set([one.organizationId]));
    const found = await backend.call(listAuditLogs, { token: one.token, query: { correlation_id: 'corr-of-the-key' } });
    expect(found.items).toEqual([
      expect.objectContaining({
        actor: expect.objectContaining({ type: 'user', id: one.userId, name: one.username }) as object,
      }),
    ]);
    expect(
      (await backend.call(listAuditLogs, { token: other.token, query: { correlation_id: 'corr-of-the-key' } })).items,
    ).toEqual([]);

    const token = await admin();
    const all = await backend.call(listAllAuditLogs, {
      token,
      query: { correlation_id: 'corr-of-the-key', organization_id: one.organizationId },
    });
    expect(all.items.map(item => item.audit_id)).toEqual(found.items.map(item => item.audit_id));
  });

  test('what was refused for want of a permission is in it', async () => {
    const person = await backend.signUp();
    const refusal = await backend.refusal(listAllAuditLogs, {
      token: person.token,
      headers: { 'x-correlation-id': 'corr-refused' },
    });
    expect(refusal).toMatchObject({ status: 403, code: 'permission_denied' });
    const own = await backend.call(listAuditLogs, { token: person.token, query: { correlation_id: 'corr-refused' } });
    expect(own.items).toEqual([
      expect.objectContaining({
        action: 'authorization.denied',
        resource: { type: 'operation', id: 'listAllAuditLogs' },
        changes: { permission: { after: 'audit.log.read_any' } },
      }),
    ]);
  });

  test('what the operation itself refused somebody who has its permission is in it, and nothing of what it undid', async () => {
    const person = await backend.signUp();
    const headers = { 'x-correlation-id': 'corr-beyond' };
    const body = { name: 'mine', scopes: ['access.user.read_any'] };
    const refusal = await backend.refusal(createApiKey, { token: person.token, headers, body });
    expect(refusal).toMatchObject({ status: 403, code: 'api_key_beyond_own' });
    const { items } = await backend.call(listAuditLogs, {
      token: person.token,
      query: { correlation_id: 'corr-beyond' },
    });
    expect(items).toEqual([
      expect.objectContaining({
        action: 'authorization.denied',
        resource: { type: 'operation', id: 'createApiKey' },
        changes: { permission: { after: 'access.api_key.manage' }, refusal: { after: 'api_key_beyond_own' } },
      }),
    ]);
  });

  test('it says which key acted, and can be narrowed to what keys did', async () => {
    const person = await backend.signUp();
    const key = await backend.call(createApiKey, {
      token: person.token,
      body: { name: 'ci', scopes: ['access.ssh_key.manage'] },
    });
    await backend.call(addSshKey, { token: key.key, body: { name: 'ci', public_key: PUBLIC_KEY } });
    const { items } = await backend.call(listAuditLogs, { token: person.token, query: { actor_type: 'api_key' } });
    expect(items).toEqual([
      expect.objectContaining({
        action: 'access.ssh_key.add',
        actor: expect.objectContaining({
          type: 'api_key',
          id: person.userId,
          key_id: key.key_id,
          name: person.username,
        }),
        on_behalf_of: null,
      }),
    ]);
  });

  test('what was refused for want of a session or of a fresh proof is in it, counted against the limit', async () => {
    const person = await backend.signUp();
    const key = await backend.call(createApiKey, {
      token: person.token,
      body: { name: 'ci', scopes: ['access.ssh_key.read'] },
    });
    expect((await backend.refusal(signOut, { token: key.key })).code).toBe('session_required');
    const token = await admin();
    await backend.services.database.transaction(tx =>
      tx.run(
        `UPDATE access_sessions SET authenticated_at = 0 WHERE user_id IN (SELECT user_id FROM access_users WHERE username = 'admin')`,
      ),
    );
    const body = { organization_id: person.organizationId, reason: 'they asked' };
    expect((await backend.refusal(openSupportSession, { token, body })).code).toBe('step_up_required');
    const denied = async (query: object) =>
      (await backend.call(listAllAuditLogs, { token, query: { action: 'authorization.denied', ...query } })).items.map(
        item => [item.resource.id, item.changes],
      );
    expect(await denied({ actor_id: person.userId })).toEqual([
      ['signOut', { permission: { after: 'authenticated' }, demand: { after: 'session_required' } }],
    ]);
    expect(await denied({ resource_id: 'openSupportSession' })).toEqual([
      [
        'openSupportSession',
        { permission: { after: 'access.support.open_any' }, demand: { after: 'step_up_required' } },
      ],
    ]);
  });

  test('an organization takes its own log with it, and nobody else’s', async () => {
    const [one, other] = [await backend.signUp(), await backend.signUp()];
    await backend.call(addSshKey, { token: one.token, body: { name: 'laptop', public_key: PUBLIC_KEY } });
    const { items } = await backend.call(listAuditLogs, { token: one.token, query: { limit: 200 } });
    const csv = await backend.request('GET', 'audit-logs/export', { token: one.token });
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const cells = csv.text.trimEnd().split('\r\n').slice(1);
    expect(cells.map(line => line.split(',')[0])).toEqual(items.map(item => item.audit_id));
    expect(csv.text).not.toContain(other.organizationId);
    const lines = async (query: object) =>
      (
        await backend.request('GET', 'audit-logs/export', { token: one.token, query: { format: 'jsonl', ...query } })
      ).text
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line) as { audit_id: string; organization_id: string });
    expect(await lines({})).toEqual(items.map(item => expect.objectContaining({ audit_id: item.audit_id }) as object));
    expect(await lines({ action: 'access.ssh_key.add' })).toHaveLength(1);
    expect((await backend.refusal(exportOwnAuditLogs, {})).status).toBe(401);
    const foreign = { active_project_id: other.projectId };
    expect((await backend.refusal(exportOwnAuditLogs, { token: one.token, query: foreign })).status).toBe(404);
    await backend.services.database.transaction(tx =>
      tx.run(
        `INSERT INTO access_memberships (user_id, organization_id, role, created_at) VALUES (?, ?, 'security', ?)`,
        [one.userId, other.organizationId, tx.now],
      ),
    );
    const organizations = (await lines(foreign)).map(line => line.organization_id);
    expect(new Set(organizations)).toEqual(new Set([other.organizationId]));
    await backend.services.database.transaction(tx =>
      tx.run(`UPDATE access_memberships SET role = 'member' WHERE user_id = ? AND organization_id = ?`, [
        one.userId,
        other.organizationId,
      ]),
    );
    expect(await backend.refusal(exportOwnAuditLogs, { token: one.token, query: foreign })).toMatchObject({
      status: 403,
      details: { permission: 'audit.log.read' },
    });
    const narrow = await backend.call(createApiKey, {
      token: one.token,
      body: { name: 'ci', scopes: ['audit.log.read'], project_id: one.projectId },
    });
    const bound = await backend.request('GET', 'audit-logs/export', { token: narrow.key, query: { format: 'jsonl' } });
    const projects = bound.text.split('\n').filter(Boolean);
    expect(projects.map(line => (JSON.parse(line) as { project_id: string }).project_id)).toEqual(
      projects.map(() => one.projectId),
    );
    expect(
      (await backend.refusal(exportOwnAuditLogs, { token: narrow.key, query: { project_id: other.projectId } })).status,
    ).toBe(404);
  });

  test('as CSV it is what the filters leave, and runs no formula', async () => {
    const person = await backend.signUp();
    const headers = { 'x-correlation-id': 'corr-of-the-csv' };
    await backend.call(addSshKey, {
      token: person.token,
      body: { name: '=cmd', public_key: PUBLIC_KEY },
      headers,
    });
    const token = await admin();
    await backend.call(creditUser, {
      token,
      params: { user_id: person.userId },
      body: { amount: { amount: '1000000', currency: 'USD', scale: 6 }, reason: '=1+1, "gladly"' },
      headers,
    });
    const query = { format: 'csv', correlation_id: 'corr-of-the-csv' };
    const reply = await backend.request('GET', 'admin/audit-logs/export', { token, query });
    expect(reply.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const [heading, ...lines] = reply.text.trimEnd().split('\r\n');
    expect(heading).toMatch(/^audit_id,at,action,actor_type,actor_id,actor_name,/);
    expect(lines.map(line => line.split(',')[2])).toEqual(
      expect.arrayContaining(['access.ssh_key.add', 'access.user.credit']),
    );
    expect(lines.map(line => line.split(',')[5])).toEqual(expect.arrayContaining([person.username, 'admin']));
    expect(reply.text).toContain(`"'=1+1, ""gladly"""`);
    const refusal = await backend.refusal(exportAuditLogs, { token, query: { actor_id: person.userId } });
    expect(refusal).toMatchObject({ status: 422, code: 'audit_export_not_narrowable' });
  });

  test('an export longer than one read has each entry once, newest first', async () => {
    const token = await admin();
    const written = 1_203;
    await backend.services.database.transaction(async tx => {
      for (let number = 0; number < written; number += 1) {
        await tx.run(
          `INSERT INTO platform_audit_log (audit_id, at, action, actor_type, actor_id, resource_type, target_id, correlation_id, changes_json)
           VALUES (?, ?, 'many', 'system', 'test', 'thing', 'thing', 'corr-of-many', '{}')`,
          [`aud_many${number}`, tx.now],
        );
      }
    });
    const text = await backend.call(exportAuditLogs, { token, query: { format: 'csv', action: 'many' } });
    const ids = (text as string)
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map(line => line.split(',')[0]);
    expect(ids).toEqual(Array.from({ length: written }, (_, index) => `aud_many${written - 1 - index}`));
  });

  test('is sealed within moments, and the export verifies offline', async () => {
    const token = await admin();
    const lines = await waitFor(async () => {
      const text = await backend.call(exportAuditLogs, { token });
      return (text as string).includes('{"unsealed":0}') && (text as string).trimEnd().split('\n');
    }, 'everything is sealed');
    const verdict = await verifyAuditExport(each(lines));
    expect(verdict).toMatchObject({ kind: 'intact', unsealed: 0 });
    if (verdict.kind === 'intact') expect(verdict.entries).toBeGreaterThan(3);
    const altered = lines.map(line => line.replace('corr-of-the-key', 'corr-of-another'));
    expect(await verifyAuditExport(each(altered))).toMatchObject({
      kind: 'altered',
      reason: 'its content is not what was sealed',
    });
  });
});

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}
