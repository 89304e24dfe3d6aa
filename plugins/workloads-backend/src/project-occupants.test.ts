import type { Database } from '@portico/plugin-kit/backend';
import { eachDatabase, startTestBackend } from '@portico/plugin-kit/testing';
import type { AllocationStatus } from '@portico/plugin-workloads/contract';
import { migrations } from '../migrations';
import { countUnfinishedIn, insertAllocation } from './store/allocations';
import { allocationOf } from './testing/allocations';

const actor = { type: 'system', id: 'test' } as const;

async function put(
  database: Database,
  allocationId: string,
  status: AllocationStatus,
  owner: { projectId: string; organizationId: string },
) {
  const allocation = allocationOf({ allocationId, status, ...owner });
  const transition = { allocationId, version: allocation.version, from: null, to: status, at: 1, reason: null, actor };
  await database.transaction(tx => insertAllocation(tx, allocation, transition));
}

eachDatabase(db => {
  test.each([
    ['requested', 1],
    ['provisioning', 1],
    ['active', 1],
    ['releasing', 1],
    ['release_failed', 1],
    ['released', 0],
    ['failed', 0],
  ] as const)('what is %s counts %i', async (status, expected) => {
    const { database, close } = await db.open();
    await database.migrate('workloads', migrations);
    const [organizationId, projectId] = ['org_1', 'proj_1'];
    await put(database, 'alloc_1', status, { organizationId, projectId });
    await put(database, 'alloc_2', 'active', { organizationId, projectId: 'proj_2' });
    const count = await countUnfinishedIn(database.read, { organizationId, projectId });
    expect(count).toBe(expected);
    await close();
  });
});

test('a project is not deleted before its workloads are gone, and takes no more afterwards', async () => {
  const backend = await startTestBackend();
  try {
    const { token, organizationId } = await backend.signUp();
    const made = await backend.request('POST', 'projects', { token, body: { name: 'Second' } });
    const projectId = String(made.body.project_id);
    await put(backend.services.database, 'alloc_1', 'release_failed', { organizationId, projectId });
    const kept = await backend.request('DELETE', `projects/${projectId}`, { token });
    expect([kept.status, kept.body.code, kept.body.details]).toEqual([
      409,
      'project_not_empty',
      { occupants: [{ kind: 'allocation', count: 1 }] },
    ]);
    await backend.services.database.transaction(tx =>
      tx.run("UPDATE workloads_allocations SET status = 'released' WHERE allocation_id = 'alloc_1'"),
    );
    expect((await backend.request('DELETE', `projects/${projectId}`, { token })).status).toBe(204);
    const launch = { name: 'late', sku_id: 'sku_1', gpu_count: 1, image_id: 'img_1', project_id: projectId };
    const refused = await backend.request('POST', 'allocations', {
      token,
      body: launch,
      headers: { 'idempotency-key': 'late' },
    });
    expect([refused.status, refused.body.code]).toEqual([404, 'project_not_found']);
  } finally {
    await backend.stop();
  }
});
