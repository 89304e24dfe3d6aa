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
      expect(refused[0]?.body.details).toEqual({
        quota: 'concurrent_allocations',
        limit: 3,
        current: 3,
        requested: 1,
        level: 'default',
        subject_id: null,
      });
      await assertBooksBalance(portal.services.database.read);
    } finally {
      await portal.stop();
    }
  });

  it('launches, releases and depletion at once end cleanly, none waiting for another in a circle', async () => {
    const portal = await startPortal({ database: db.dialect });
    try {
      const free = await portal.freeGpus();
      const people = await Promise.all(Array.from({ length: 4 }, () => portal.person()));
      const started: { token: string; id: string }[] = [];
      const statuses = new Set<number>();
      const press = async (token: string, path: string, body?: object) => {
        const headers = { 'idempotency-key': crypto.randomUUID() };
        const reply = await portal.request('POST', path, { token, headers, ...(body ? { body } : {}) });
        statuses.add(reply.status);
        return (reply.body.allocation as { allocation_id: string } | undefined)?.allocation_id;
      };
      const deplete = ({ caller: { organizationId } }: (typeof people)[number]) =>
        portal.services.database.transaction(tx =>
          portal.services.outbox.append(tx, {
            eventType: 'billing.balance_depleted',
            correlationId: 'corr_test',
            organizationId,
            resource: { type: 'organization', id: organizationId },
            payload: { organization_id: organizationId },
          }),
        );
      const busy = people.flatMap(person =>
        Array.from({ length: 3 }, async () => {
          const { token } = person;
          const id = await press(token, 'allocations', portal.body);
          if (id === undefined) return;
          started.push({ token, id });
          const releases = [press(token, `allocations/${id}/release`), press(token, `allocations/${id}/release`)];
          await Promise.all([
            deplete(person),
            press(token, 'allocations', { ...portal.body, name: 'more' }),
            ...releases,
          ]);
        }),
      );
      await Promise.all(busy);
      for (const { token } of people) {
        const { items } = await portal.call(listAllocations, { token });
        for (const { allocation_id } of items) await press(token, `allocations/${allocation_id}/release`);
        for (const { allocation_id } of items) await portal.until(token, allocation_id, 'released');
      }
      expect(started.length).toBeGreaterThan(4);
      expect([...statuses].filter(status => status !== 202 && status !== 409)).toEqual([]);
      expect(await portal.freeGpus()).toBe(free);
      expect(portal.runtime.running()).toEqual([]);
      await assertBooksBalance(portal.services.database.read);
    } finally {
      await portal.stop();
    }
  });
});
