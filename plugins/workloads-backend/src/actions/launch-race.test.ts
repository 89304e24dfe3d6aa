import { eachDatabase } from '@portico/plugin-kit/testing';
import { launchAllocation, listAllocations } from '@portico/plugin-workloads/contract';
import { assertBooksBalance } from '../../../billing-backend/src/testing/books';
import { startPortal } from '../testing/portal';

const ORGANIZATIONS = 200;

eachDatabase(db => {
  it('of 200 organizations that want the last GPU at once, one gets it and nobody else holds money', async () => {
    const portal = await startPortal({
      database: db.dialect,
      settings: {
        fleet: {
          nodes: [{ name: 'only', gpuModel: 'H200', gpuCount: 1, numaDomains: 1 }],
          heartbeat: { intervalSeconds: 1 },
        },
      },
    });
    try {
      const people = [];
      for (let place = 0; place < ORGANIZATIONS; place += 1) people.push(await portal.person());
      const replies = await Promise.all(
        people.map(({ token }) =>
          portal.request('POST', launchAllocation.path, {
            token,
            body: portal.body,
            headers: { 'idempotency-key': crypto.randomUUID() },
          }),
        ),
      );
      expect(replies.filter(reply => reply.status === 202)).toHaveLength(1);
      const refused = replies.filter(reply => reply.status === 409 && reply.body.code === 'sku_sold_out');
      expect(refused).toHaveLength(ORGANIZATIONS - 1);
      expect(refused[0]?.body.details).toMatchObject({ reason: 'no_capacity', largest_fitting_count: 0 });

      const winner = replies.findIndex(reply => reply.status === 202);
      const held = await portal.services.billing.balances(
        portal.services.database.read,
        people.map(({ caller }) => caller.organizationId),
      );
      for (const [place, { caller, token }] of people.entries()) {
        const holds = held.get(caller.organizationId)!.held;
        if (place === winner) expect(holds).toBeGreaterThan(0n);
        else expect(holds).toBe(0n);
        if (place % 50 === 0 && place !== winner)
          expect((await portal.call(listAllocations, { token })).items).toEqual([]);
      }
      await assertBooksBalance(portal.services.database.read);
    } finally {
      await portal.stop();
    }
  });

  it('launches of one organization at once stay within its quota', async () => {
    const portal = await startPortal({
      database: db.dialect,
      settings: { workloads: { quota: { concurrentAllocationsMax: 3 } } },
    });
    try {
      const { token } = await portal.person();
      const launches = Array.from({ length: 10 }, () =>
        portal.request('POST', launchAllocation.path, {
          token,
          body: portal.body,
          headers: { 'idempotency-key': crypto.randomUUID() },
        }),
      );
      const replies = await Promise.all(launches);
      expect(replies.filter(reply => reply.status === 202)).toHaveLength(3);
      const refused = replies.filter(reply => reply.status === 409 && reply.body.code === 'quota_exceeded');
      expect(refused).toHaveLength(7);
      expect(refused[0]?.body.details).toEqual({ quota: 'concurrent_allocations', limit: 3, current: 3 });
      await assertBooksBalance(portal.services.database.read);
    } finally {
      await portal.stop();
    }
  });
});
