import type { Database } from '@portico/plugin-kit/backend';
import { eachDatabase } from '@portico/plugin-kit/testing';
import type { AllocationSort } from '@portico/plugin-workloads/contract';
import { migrations } from '../../migrations';
import { type Allocation, change } from '../domain/allocation';
import { allocationOf } from '../testing/allocations';
import { type AllocationFilter, listAllocations } from './allocation-list';
import {
  countByStatus,
  findAllocation,
  insertAllocation,
  liveAllocationIds,
  lockAllocation,
  saveChange,
  transitionsOf,
} from './allocations';
import { usageOf } from './running-allocations';

const actor = { type: 'user', id: 'usr_1', sessionId: 'sess_1', address: '127.0.0.1' } as const;

async function insert(database: Database, ...allocations: Allocation[]): Promise<void> {
  await database.transaction(async tx => {
    for (const allocation of allocations) {
      const { allocationId, version, status, createdAt } = allocation;
      await insertAllocation(tx, allocation, {
        allocationId,
        version,
        from: null,
        to: status,
        at: createdAt,
        reason: null,
        actor,
      });
    }
  });
}

eachDatabase(db => {
  let database: Database;
  beforeEach(async () => {
    ({ database } = await db.open());
    await database.migrate('workloads', migrations);
  });

  it('gives back exactly what was written', async () => {
    const gpu = { index: 0, uuid: 'GPU-1', model: 'H200', memoryBytes: 1, numaNode: 1, simulated: true };
    const allocation = allocationOf({
      pricePerHour: 900_000_000_000_000_000n,
      sshKeyIds: ['key_1'],
      slots: [{ slotId: 'slot_1', gpu, vf: '0000:01', nvme: null }],
    });
    await insert(database, allocation);
    expect(await findAllocation(database.read, 'alloc_1')).toEqual(allocation);
    expect(await findAllocation(database.read, 'alloc_2')).toBeUndefined();
  });

  it('appends every change to the log', async () => {
    await insert(database, allocationOf());
    await database.transaction(async tx => {
      const changed = change((await lockAllocation(tx, 'alloc_1'))!, {
        to: 'releasing',
        at: 7,
        actor,
        reason: 'user_requested',
        taskId: 'task_2',
      })!;
      await saveChange(tx, changed.allocation, changed.transition);
    });
    expect(await findAllocation(database.read, 'alloc_1')).toMatchObject({
      status: 'releasing',
      version: 2,
      taskId: 'task_2',
      updatedAt: 7,
    });
    expect(await transitionsOf(database.read, 'alloc_1')).toEqual([
      { allocationId: 'alloc_1', version: 1, from: null, to: 'requested', at: 0, reason: null, actor },
      {
        allocationId: 'alloc_1',
        version: 2,
        from: 'requested',
        to: 'releasing',
        at: 7,
        reason: 'user_requested',
        actor,
      },
    ]);
  });

  it('refuses to save over a version it has not seen', async () => {
    await insert(database, allocationOf());
    const stale = change(allocationOf({ version: 5 }), { to: 'provisioning', at: 1, actor })!;
    await expect(database.transaction(tx => saveChange(tx, stale.allocation, stale.transition))).rejects.toThrow(
      'not at version 5',
    );
    expect(await transitionsOf(database.read, 'alloc_1')).toHaveLength(1);
  });

  it('counts what is live by organization, and everything by status', async () => {
    const statuses = [
      'requested',
      'provisioning',
      'active',
      'releasing',
      'released',
      'failed',
      'release_failed',
    ] as const;
    await insert(database, ...statuses.map(status => allocationOf({ allocationId: `alloc_${status}`, status })));
    await insert(database, allocationOf({ allocationId: 'alloc_other', organizationId: 'org_2', status: 'active' }));
    expect(
      await usageOf(database.read, { organizationId: 'org_1', projectId: 'proj_1', userId: 'usr_none' }),
    ).toMatchObject({
      organization: { allocations: 3 },
      user: { allocations: 0, gpus: 0, pricePerHour: 0n },
    });
    expect(await liveAllocationIds(database.read, 'org_1')).toEqual([
      'alloc_active',
      'alloc_provisioning',
      'alloc_requested',
    ]);
    expect(Object.fromEntries(await countByStatus(database.read, ['active', 'failed', 'requested']))).toEqual({
      active: 2,
      failed: 1,
      requested: 1,
    });
  });

  describe('lists', () => {
    // Two of each instant and name, so that only the id tells them apart.
    const many = Array.from({ length: 11 }, (_, place) =>
      allocationOf({
        allocationId: `alloc_${String(place).padStart(2, '0')}`,
        name: `Run ${Math.floor(place / 2)}`,
        createdAt: 1_000 + Math.floor(place / 2),
        status: place % 3 === 0 ? 'active' : 'released',
        projectId: place < 4 ? 'proj_1' : 'proj_2',
      }),
    );
    beforeEach(() =>
      insert(database, ...many, allocationOf({ allocationId: 'alloc_foreign', organizationId: 'org_2' })),
    );

    async function pages(
      sort: AllocationSort,
      filter: AllocationFilter = { organizationId: 'org_1' },
      limit = 3,
    ): Promise<string[]> {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await listAllocations(database.read, filter, { sort, limit, cursor });
        expect(page.allocations.length).toBeLessThanOrEqual(limit);
        ids.push(...page.allocations.map(({ allocationId }) => allocationId));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      return ids;
    }
    const ascending = many.map(({ allocationId }) => allocationId);

    it.each([
      ['created_at', ascending],
      ['-created_at', [...ascending].reverse()],
      ['name', ascending],
      ['-name', [...ascending].reverse()],
    ] as const)('page through all by %s, each once', async (sort, expected) =>
      expect(await pages(sort)).toEqual(expected),
    );

    it('end without a cursor when the last page is full', async () => {
      const page = await listAllocations(database.read, { organizationId: 'org_1' }, { sort: 'name', limit: 11 });
      expect(page.nextCursor).toBeNull();
    });

    it('filter by status, project and part of the name or id', async () => {
      const org = { organizationId: 'org_1' };
      expect(await pages('name', { ...org, statuses: ['active'] })).toEqual([
        'alloc_00',
        'alloc_03',
        'alloc_06',
        'alloc_09',
      ]);
      expect(await pages('name', { ...org, statuses: ['active'], projectId: 'proj_1' })).toEqual([
        'alloc_00',
        'alloc_03',
      ]);
      expect(await pages('name', { ...org, statuses: [] })).toEqual([]);
      expect(await pages('name', { ...org, search: 'RUN 2' })).toEqual(['alloc_04', 'alloc_05']);
      expect(await pages('name', { ...org, search: 'ALLOC_07' })).toEqual(['alloc_07']);
      expect(await pages('name', { ...org, search: 'R%n' })).toEqual([]);
    });

    it('refuse a cursor of another sort, and one nobody made', async () => {
      const { nextCursor } = await listAllocations(
        database.read,
        { organizationId: 'org_1' },
        { sort: 'name', limit: 1 },
      );
      for (const cursor of [nextCursor!, 'nonsense']) {
        const read = listAllocations(
          database.read,
          { organizationId: 'org_1' },
          { sort: 'created_at', limit: 1, cursor },
        );
        await expect(read).rejects.toMatchObject({ code: 'cursor_invalid' });
      }
    });
  });
});
