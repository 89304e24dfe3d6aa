import { eachDatabase } from '@portico/plugin-kit/testing';
import {
  getAllocation,
  getAllocationBatch,
  launchAllocation,
  listAllocations,
  precheckLaunch,
  quoteLaunch,
  releaseAllocationBatch,
} from '@portico/plugin-workloads/contract';
import { assertBooksBalance } from '../../../billing-backend/src/testing/books';
import { type Person, type Portal, startPortal } from '../testing/portal';

const key = () => crypto.randomUUID();
/** Two nodes of eight GPUs, as they are shipped. */
const FLEET_GPUS = 16;

eachDatabase(db => {
  let portal: Portal;
  let someone: Person;
  beforeAll(async () => {
    portal = await startPortal({
      database: db.dialect,
      settings: { workloads: { quota: { concurrentAllocationsMax: 12 } } },
    });
  });
  afterAll(() => portal.stop());
  beforeEach(async () => {
    someone = await portal.person();
  });
  afterEach(() => assertBooksBalance(portal.services.database.read));

  const refusal = (body: object, token = someone.token) =>
    portal.refusal(launchAllocation, { token, body: { ...portal.body, ...body }, idempotencyKey: key() });
  const own = async (token = someone.token) => (await portal.call(listAllocations, { token })).items;
  const batch = (batchId: string, token = someone.token) =>
    portal.call(getAllocationBatch, { token, params: { batch_id: batchId } });
  const releaseAll = async (batchId: string) => {
    await portal.call(releaseAllocationBatch, { token: someone.token, params: { batch_id: batchId } });
    for (const { allocation_id } of (await batch(batchId)).allocations)
      await portal.until(someone.token, allocation_id, 'released');
  };

  it('is one request for several alike, with one task, that become active together and are released together', async () => {
    const launched = await portal.launchBatch(someone.token, {
      name: 'sweep',
      count: 3,
      gpu_count: 2,
      spread: true,
      network: { mode: 'isolated', published_ports: [{ port: 8888, name: 'notebook' }] },
    });
    const { allocation_batch: made, allocations } = launched;
    expect(allocations.map(({ name }) => name)).toEqual(['sweep-1', 'sweep-2', 'sweep-3']);
    const price = BigInt(portal.sku.price_per_gpu_hour!.amount) * 2n;
    expect(made).toMatchObject({
      name: 'sweep',
      count: 3,
      spread: true,
      task_id: launched.task_id,
      status_counts: { provisioning: 3, active: 0 },
      price_per_hour: { amount: String(price * 3n) },
    });
    for (const allocation of allocations)
      expect(allocation).toMatchObject({
        batch_id: made.batch_id,
        task_id: launched.task_id,
        display_status: 'provisioning',
        price_per_hour: { amount: String(price) },
        network: { mode: 'isolated', published_ports: [{ port: 8888, name: 'notebook' }] },
      });
    expect(allocations.flatMap(({ slots }) => slots.map(({ slot_id }) => slot_id))).toHaveLength(6);
    expect((await portal.balance(someone.token)).held.amount).toBe(String(price * 3n));

    for (const { allocation_id } of allocations) await portal.until(someone.token, allocation_id, 'active');
    const now = await batch(made.batch_id);
    expect(now.allocation_batch.status_counts).toMatchObject({ provisioning: 0, active: 3 });
    expect(new Set(now.allocations.map(one => one.billing_started_at)).size).toBe(1);
    expect(portal.runtime.starts(allocations[0]!.allocation_id)).toBe(1);
    const task = await portal.task(someone.token, launched.task_id);
    expect([task.kind, task.resource, task.status === 'failed']).toEqual([
      'provision_batch',
      { type: 'allocation_batch', id: made.batch_id },
      false,
    ]);

    await releaseAll(made.batch_id);
    expect(await portal.freeGpus()).toBe(FLEET_GPUS);
    expect((await portal.balance(someone.token)).held.amount).toBe('0');
    const params = { batch_id: made.batch_id };
    expect(await portal.refusal(releaseAllocationBatch, { token: someone.token, params })).toMatchObject({
      status: 409,
      code: 'allocation_not_releasable',
    });
  });

  it('shows its own in lists, and none of it to another organization', async () => {
    const { allocation_batch: made } = await portal.launchBatch(someone.token, { count: 2 });
    const alone = await portal.launch(someone.token, {});
    expect(alone.allocation.batch_id).toBeNull();
    const query = { batch_id: made.batch_id };
    const listed = await portal.call(listAllocations, { token: someone.token, query });
    expect(listed.items).toHaveLength(2);
    const { token } = await portal.person();
    const params = { batch_id: made.batch_id };
    for (const operation of [getAllocationBatch, releaseAllocationBatch])
      expect(await portal.refusal(operation, { token, params })).toMatchObject({ status: 404, code: 'not_found' });
    expect((await portal.call(listAllocations, { token, query })).items).toEqual([]);
    await releaseAll(made.batch_id);
    await portal.release(someone.token, alone.allocation.allocation_id);
    await portal.until(someone.token, alone.allocation.allocation_id, 'released');
  });

  describe('is refused as a whole, and holds neither money nor GPUs,', () => {
    it.each([
      ['when there is room for all but one', { count: 3, gpu_count: 8 }, 409, 'sku_sold_out'],
      ['when one goes beyond a limit', { count: 13 }, 409, 'quota_exceeded'],
      ['for a key that is not one’s own', { count: 2, ssh_key_ids: ['key_of_another'] }, 404, 'ssh_key_not_found'],
      ['for another’s project', { count: 2, project_id: 'proj_of_another' }, 404, 'project_not_found'],
      ['for an image that does not exist', { count: 2, image_id: 'img_nope' }, 404, 'image_not_found'],
      ['when no node could hold one', { count: 2, gpu_count: 16 }, 422, 'topology_unsatisfiable'],
      ['for a quote that nobody gave', { count: 2, quote_id: 'quote_abc.def' }, 422, 'quote_invalid'],
    ])('%s', async (_when, body, status, code) => {
      expect(await refusal(body)).toMatchObject({ status, code });
      const checked = await portal.call(precheckLaunch, { token: someone.token, body: { ...portal.body, ...body } });
      expect([checked.passed, checked.failures[0]?.code]).toEqual([false, code]);
      expect(await own()).toEqual([]);
      expect(await portal.freeGpus()).toBe(FLEET_GPUS);
      expect((await portal.balance(someone.token)).held.amount).toBe('0');
    });

    it('when the money is enough for all but one', async () => {
      const unit = BigInt(portal.sku.price_per_gpu_hour!.amount);
      const poor = await portal.person({ units: Number((unit * 3n - 1n) / 1_000_000n) });
      const refused = await refusal({ count: 3 }, poor.token);
      expect(refused).toMatchObject({ status: 402, code: 'insufficient_balance' });
      expect(refused.details.required).toMatchObject({ amount: String(unit * 3n) });
      expect(await own(poor.token)).toEqual([]);
      expect(await portal.freeGpus()).toBe(FLEET_GPUS);
      expect((await portal.balance(poor.token)).held.amount).toBe('0');
    });
  });

  it('of two that want the last GPUs at once one gets all and the other none', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => portal.person()));
    const replies = await Promise.all(
      people.map(({ token }) =>
        portal.request('POST', launchAllocation.path, {
          token,
          body: { ...portal.body, gpu_count: 1, count: 9 },
          headers: { 'idempotency-key': key() },
        }),
      ),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409, 409, 409]);
    expect(await portal.freeGpus()).toBe(FLEET_GPUS - 9);
    for (const [place, { token }] of people.entries()) {
      expect(await own(token)).toHaveLength(replies[place]!.status === 202 ? 9 : 0);
      if (replies[place]!.status !== 202) expect((await portal.balance(token)).held.amount).toBe('0');
    }
    const winner = people[replies.findIndex(({ status }) => status === 202)]!;
    const [member] = await own(winner.token);
    const params = { batch_id: member!.batch_id! };
    await portal.call(releaseAllocationBatch, { token: winner.token, params });
    for (const { allocation_id } of await own(winner.token))
      await portal.until(winner.token, allocation_id, 'released');
  });

  it('sent twenty times in parallel under one key is one batch with one reply', async () => {
    const idempotencyKey = key();
    const replies = await Promise.all(
      Array.from({ length: 20 }, () =>
        portal.request('POST', launchAllocation.path, {
          token: someone.token,
          body: { ...portal.body, count: 2 },
          headers: { 'idempotency-key': idempotencyKey },
        }),
      ),
    );
    expect(new Set(replies.map(reply => reply.text)).size).toBe(1);
    expect(replies[0]!.status).toBe(202);
    expect(await own()).toHaveLength(2);
    const { batch_id } = replies[0]!.body.allocation_batch as { batch_id: string };
    await releaseAll(batch_id);
  });

  it('is quoted for all together, and the quote is for that many', async () => {
    const unit = BigInt(portal.sku.price_per_gpu_hour!.amount);
    const body = { sku_id: portal.sku.sku_id, gpu_count: 2, count: 3 };
    const quoted = await portal.call(quoteLaunch, { token: someone.token, body });
    expect(quoted).toMatchObject({ count: 3, gpu_count: 2, price_per_hour: { amount: String(unit * 6n) } });
    expect(BigInt(quoted.balance_after.amount)).toBe(BigInt(quoted.available.amount) - BigInt(quoted.hold.amount));
    const { quote_id } = quoted;
    expect(await refusal({ quote_id, gpu_count: 2, count: 2 })).toMatchObject({ code: 'quote_invalid' });
    const { allocation_batch: made } = await portal.launchBatch(someone.token, { quote_id, gpu_count: 2, count: 3 });
    expect(made.price_per_hour).toEqual(quoted.price_per_hour);
    await releaseAll(made.batch_id);
  });

  it('is in the audit: the batch, and each that it launched', async () => {
    const { allocation_batch: made, allocations } = await portal.launchBatch(someone.token, { count: 2 });
    const rows = await portal.services.database.read.all<{ action: string; target_id: string }>(
      `SELECT action, target_id FROM platform_audit_log WHERE organization_id = ? ORDER BY target_id`,
      [someone.caller.organizationId],
    );
    const launches = rows.filter(({ action }) => action.endsWith('.launch'));
    expect(launches).toEqual([
      ...allocations.map(({ allocation_id }) => ({ action: 'workloads.allocation.launch', target_id: allocation_id })),
      { action: 'workloads.allocation_batch.launch', target_id: made.batch_id },
    ]);
    await releaseAll(made.batch_id);
  });

  it('once active, lives on without those that are released by themselves', async () => {
    const { allocation_batch: made, allocations } = await portal.launchBatch(someone.token, { count: 3 });
    for (const { allocation_id } of allocations) await portal.until(someone.token, allocation_id, 'active');
    const [first] = allocations;
    await portal.release(someone.token, first!.allocation_id);
    await portal.until(someone.token, first!.allocation_id, 'released');
    expect((await batch(made.batch_id)).allocation_batch.status_counts).toMatchObject({ active: 2, released: 1 });
    const other = await portal.call(getAllocation, {
      token: someone.token,
      params: { allocation_id: allocations[1]!.allocation_id },
    });
    expect(other.status).toBe('active');
    await releaseAll(made.batch_id);
  });
});
