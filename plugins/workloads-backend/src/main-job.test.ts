import { listOsImages, listSkus } from '@portico/plugin-catalog/contract';
import { getBalance, listUsage } from '@portico/plugin-billing/contract';
import { eachDatabase, startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import {
  getAllocation,
  launchAllocation,
  releaseAllocation,
  type AllocationStatus,
} from '@portico/plugin-workloads/contract';
import { assertBooksBalance } from '../../billing-backend/src/testing/books';
import { launchedAlone } from './testing/launched';

/** What `architecture.md` calls a request, once: the whole portal with the runtime it ships. */
eachDatabase(db => {
  it('signs up, launches on the local runtime, releases, and pays for the time between', async () => {
    const portal = await startTestBackend({
      database: db.dialect,
      settings: { billing: { trialCredit: { enabled: 'on', amount: '25.00' } } },
    });
    try {
      const { token } = await portal.signUp();
      const sku = await waitFor(
        async () => (await portal.call(listSkus, { token })).items.find(one => one.free_gpus > 0),
        'hardware that is free',
      );
      const image_id = (await portal.call(listOsImages, { token })).items[0]!.image_id;
      const body = { name: 'first', sku_id: sku.sku_id, gpu_count: 2, image_id };
      const reply = await portal.call(launchAllocation, {
        token,
        body,
        idempotencyKey: 'once',
        headers: { 'x-correlation-id': 'launched' },
      });
      const { allocation } = launchedAlone(reply);
      const params = { allocation_id: allocation.allocation_id };
      const until = (status: AllocationStatus) =>
        waitFor(async () => {
          const seen = await portal.call(getAllocation, { token, params });
          if (seen.status === 'failed') throw new Error(`the launch failed: ${seen.failure_reason}`);
          return seen.status === status && seen;
        }, `the allocation ${status}`);
      await until('active');
      await portal.call(releaseAllocation, { token, params, headers: { 'x-correlation-id': 'released' } });
      const released = await until('released');

      const seconds = (Date.parse(released.billing_stopped_at!) - Date.parse(released.billing_started_at!)) / 1000;
      const balance = await portal.call(getBalance, { token });
      const spent = 25_000_000 - Number(balance.available.amount);
      const due = (Number(sku.price_per_gpu_hour!.amount) * 2 * seconds) / 3600;
      expect(spent).toBeGreaterThan(0);
      // Rounded down to the micro-unit, once for all of it.
      expect(Math.abs(spent - due)).toBeLessThan(1);
      expect(balance.held.amount).toBe('0');
      const usage = await portal.call(listUsage, { token });
      expect(usage.items.map(row => [row.allocation_name, row.cost.amount])).toEqual([['first', String(spent)]]);
      const entries = await portal.services.database.read.all(
        'SELECT kind, correlation_id FROM billing_entries WHERE allocation_id = ? ORDER BY kind, correlation_id',
        [allocation.allocation_id],
      );
      expect(entries).toEqual([
        { kind: 'hold', correlation_id: 'launched' },
        { kind: 'hold_release', correlation_id: 'released' },
        { kind: 'usage', correlation_id: 'released' },
      ]);
      await assertBooksBalance(portal.services.database.read);
    } finally {
      await portal.stop();
    }
  });
});
