/** Whoever looks into an organization for support changes nothing there: every operation that could is asked, and refused. */
import { newId } from '@portico/plugin-kit/contract';
import { startTestBackend } from '@portico/plugin-kit/testing';
import type { TestBackend } from '@portico/plugin-kit/testing';
import { oneFitting, operations, sendRequest } from './testing/generated-requests';
import { whoMay } from './testing/who-may';

/** Asked by POST and changing nothing: what a change would mean, before anybody makes it. */
const asksOnly = new Set(['previewPolicy']);

/** Of the organization: neither open to anyone, nor about the caller's own account, nor what support may do on the platform. */
const changing = operations.filter(({ id, method, permission }) => {
  if (method === 'GET' || permission === 'public' || permission === 'authenticated' || asksOnly.has(id)) return false;
  return !(permission.endsWith('_any') && whoMay[id]?.includes('support_agent'));
});

describe.each(['sqlite', 'postgres'] as const)('on %s', database => {
  let backend: TestBackend;
  let token: string;
  let headers: Record<string, string>;
  beforeAll(async () => {
    backend = await startTestBackend({ database });
    const [agent, customer] = [await backend.signUp(), await backend.signUp()];
    await backend.services.database.transaction(tx =>
      tx.run(`INSERT INTO access_platform_roles (user_id, role, created_at) VALUES (?, 'support_agent', ?)`, [
        agent.userId,
        tx.now,
      ]),
    );
    token = agent.token;
    const body = { organization_id: customer.organizationId, reason: 'sweep' };
    const opened = await backend.request('POST', 'admin/support-sessions', { token, body });
    expect(opened.status).toBe(201);
    headers = { 'x-project-id': customer.projectId };
    expect((await backend.request('GET', 'me', { token, headers })).body.support).not.toBeNull();
  }, 60_000);
  afterAll(() => backend?.stop());

  test.each(changing.map(operation => [operation.id, operation] as const))('%s is refused', async (_id, operation) => {
    const fits = oneFitting(operation);
    const ids = Object.keys(fits.params).filter(name => name.endsWith('_id'));
    const params = { ...fits.params, ...Object.fromEntries(ids.map(name => [name, newId('key')])) };
    const reply = await sendRequest(backend, operation, { ...fits, params, token, headers });
    expect([reply.status, (reply.body as { code?: string }).code]).toEqual([403, 'permission_denied']);
  });
});
