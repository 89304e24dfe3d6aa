import { startTestBackend } from '@portico/plugin-kit/testing';
import { insertAllocation } from './store/allocations';
import { allocationOf } from './testing/allocations';

const actor = { type: 'system', id: 'test' } as const;

test('who may not delete a node is told whose allocations are in the way, by name', async () => {
  const backend = await startTestBackend();
  try {
    const { organizationId, projectId, userId, username, password } = await backend.signUp();
    const { database } = backend.services;
    const signedIn = await backend.request('POST', 'auth/personal/login', { body: { username: 'admin', password } });
    const token = String(signedIn.body.access_token);
    const nodeId = String((await backend.request('GET', 'admin/nodes', { token })).body.items?.[0]?.node_id);
    await database.transaction(async tx => {
      const allocation = allocationOf({
        allocationId: 'alloc_1',
        name: 'training',
        status: 'active',
        organizationId,
        projectId,
        userId,
      });
      const transition = {
        allocationId: 'alloc_1',
        version: allocation.version,
        from: null,
        to: 'active',
        at: 1,
        reason: null,
        actor,
      } as const;
      await insertAllocation(tx, allocation, transition);
      await tx.run("UPDATE fleet_nodes SET origin = 'administrator' WHERE node_id = ?", [nodeId]);
      await tx.run(
        "UPDATE fleet_slots SET status = 'held', allocation_id = 'alloc_1', organization_id = ? WHERE node_id = ?",
        [organizationId, nodeId],
      );
    });
    const refused = await backend.request('DELETE', `admin/nodes/${nodeId}`, { token });
    expect([refused.status, refused.body.code]).toEqual([409, 'node_in_use']);
    expect(refused.body.details).toMatchObject({
      allocations: [{ allocation_id: 'alloc_1', name: 'training', username, organization_id: organizationId }],
      allocations_total: 1,
    });
  } finally {
    await backend.stop();
  }
});
