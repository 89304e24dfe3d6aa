/** What an API key that is bound to one project meets in another project of the same organization: nothing. */
import { exportUsage, listLedger, listUsage } from '@portico/plugin-billing/contract';
import type { OperationShape } from '@portico/plugin-kit/contract';
import { newId } from '@portico/plugin-kit/contract';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { workloadsContract } from '@portico/plugin-workloads/contract';
import { type Person, type Portal, startPortal } from './testing/portal';

const operations = Object.values(workloadsContract.operations) as readonly OperationShape[];
/** What an administrator does is not done in a project. */
const named = operations.filter(({ path }) => path.includes('{') && !path.startsWith('admin/'));

eachDatabase(db => {
  let portal: Portal;
  let owner: Person;
  let elsewhere: Person;
  let key: Person;
  let ids: Readonly<Record<string, string>>;
  beforeAll(async () => {
    portal = await startPortal({ database: db.dialect });
    const organizationId = newId('org');
    owner = await portal.person({ organizationId, permissions: ['billing.ledger.read'] });
    elsewhere = await portal.person({ organizationId, units: 0, projectId: newId('proj') });
    const { projectId } = elsewhere.caller;
    key = portal.signInAs({
      ...elsewhere.caller,
      permissions: new Set([...owner.caller.permissions, 'billing.ledger.read']),
      apiKey: { keyId: newId('apikey') },
      onlyProjectId: projectId,
    });
    const { allocation } = await portal.launch(owner.token);
    await portal.until(owner.token, allocation.allocation_id, 'active');
    const { allocation_batch: batch } = await portal.launchBatch(owner.token, { count: 2 });
    const { organizationId: organization_id, projectId: project_id, userId: user_id } = owner.caller;
    await portal.services.database.transaction(tx =>
      tx.run(
        `INSERT INTO workloads_recordings (recording_id, connection_id, connection, allocation_id, organization_id, project_id, user_id,
           terminal_columns, terminal_rows, started_at, last_event_at, size_bytes, is_truncated, is_incomplete)
         VALUES ('rec_1', 'conn_1', 'terminal', ?, ?, ?, ?, 80, 24, ?, ?, 0, 0, 0)`,
        [allocation.allocation_id, organization_id, project_id, user_id, tx.now, tx.now],
      ),
    );
    ids = {
      recording_id: 'rec_1',
      allocation_id: allocation.allocation_id,
      task_id: String(allocation.task_id),
      batch_id: batch.batch_id,
      port: '8888',
    };
  });
  afterAll(() => portal.stop());

  const fill = (path: string) => path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => ids[name] ?? name);
  const bodies: Readonly<Record<string, object>> = { setAllocationSshKeys: { ssh_key_ids: [] } };

  it.each(named.map(operation => [operation.id, operation] as const))('%s: it is not there', async (id, operation) => {
    const send = (token: string) =>
      portal.request(operation.method, fill(operation.path), {
        token,
        ...(bodies[id] === undefined ? {} : { body: bodies[id] }),
      });
    expect((await send(key.token)).body.code).toBe('not_found');
    if (operation.method === 'GET') expect((await send(owner.token)).status).toBe(200);
  });

  it('lists show its project alone, and refuse another by name', async () => {
    const own = await portal.launch(key.token);
    expect(own.allocation.project_id).toBe(key.caller.projectId);
    await portal.until(key.token, own.allocation.allocation_id, 'active');
    for (const path of ['allocations', 'workloads', 'billing/usage']) {
      const items = (await portal.request('GET', path, { token: key.token })).body.items ?? [];
      expect([path, ...new Set(items.map(item => item.project_id))]).toEqual([path, key.caller.projectId]);
      const other = await portal.request('GET', path, {
        token: key.token,
        query: { project_id: owner.caller.projectId },
      });
      expect([path, other.status]).toEqual([path, 404]);
    }
    const all = await portal.call(listUsage, { token: owner.token });
    expect(new Set(all.items.map(item => item.project_id)).size).toBe(2);
    const { items } = await portal.call(listLedger, { token: key.token });
    expect([...new Set(items.map(item => item.project_id))]).toEqual([key.caller.projectId]);
    const csv = await portal.request('GET', exportUsage.path, { token: key.token });
    expect(csv.text).toContain(own.allocation.allocation_id);
    expect(csv.text).not.toContain(ids.allocation_id);
  });

  it('nothing is launched in another project', async () => {
    const body = { ...portal.body, project_id: owner.caller.projectId };
    for (const path of ['allocations', 'launch/precheck']) {
      const reply = await portal.request('POST', path, {
        token: key.token,
        body,
        headers: { 'idempotency-key': crypto.randomUUID() },
      });
      expect([path, reply.status]).toEqual([path, 404]);
    }
  });
});
