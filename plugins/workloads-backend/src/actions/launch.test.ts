import { eachDatabase } from '@portico/plugin-kit/testing';
import {
  createTerminalToken,
  getAllocation,
  getTask,
  launchAllocation,
  listAllocations,
  precheckLaunch,
  quoteLaunch,
  releaseAllocation,
  setAllocationSshKeys,
} from '@portico/plugin-workloads/contract';
import { assertBooksBalance } from '../../../billing-backend/src/testing/books';
import { type Person, type Portal, startPortal } from '../testing/portal';

const key = () => crypto.randomUUID();

eachDatabase(db => {
  let portal: Portal;
  let someone: Person;
  beforeAll(async () => {
    portal = await startPortal({ database: db.dialect });
  });
  afterAll(() => portal.stop());
  beforeEach(async () => {
    someone = await portal.person();
  });

  const refusal = (body: object, token = someone.token) =>
    portal.refusal(launchAllocation, { token, body: { ...portal.body, ...body }, idempotencyKey: key() });

  it('says how long a launch usually takes, once there were a few', async () => {
    const { task_id } = await portal.launch(someone.token, {});
    expect((await portal.task(someone.token, task_id)).expected_seconds).toBeNull();
    for (let made = 0; made < 3; made += 1) {
      const { allocation } = await portal.launch(someone.token, {});
      await portal.until(someone.token, allocation.allocation_id, 'active');
      await portal.call(releaseAllocation, {
        token: someone.token,
        params: { allocation_id: allocation.allocation_id },
      });
      await portal.until(someone.token, allocation.allocation_id, 'released');
    }
    const expected = (await portal.task(someone.token, task_id)).expected_seconds;
    expect(expected).toEqual({ p50: expect.any(Number), p95: expect.any(Number) });
    expect(expected!.p95).toBeGreaterThanOrEqual(expected!.p50);
  });

  it('holds money and GPUs and shows as provisioning from the reply on', async () => {
    const free = await portal.freeGpus();
    const { allocation, task_id } = await portal.launch(someone.token, { name: 'first' });
    expect(allocation).toMatchObject({
      name: 'first',
      display_status: 'provisioning',
      status_group: 'in_progress',
      task_id,
      gpu_count: 1,
      billing_started_at: null,
      connection: null,
      price_per_hour: portal.sku.price_per_gpu_hour,
      network: { mode: 'egress', published_ports: [] },
    });
    expect(allocation.slots).toHaveLength(1);
    expect(await portal.freeGpus()).toBe(free - 1);
    expect((await portal.balance(someone.token)).held).toEqual(portal.sku.price_per_gpu_hour);

    const active = await portal.until(someone.token, allocation.allocation_id, 'active');
    expect(active.billing_started_at).not.toBeNull();
    expect(active.connection).toMatchObject({ username: allocation.allocation_id });
    expect(active.connection?.ssh_command).toBe(
      `ssh -p ${active.connection?.port} ${allocation.allocation_id}@${active.connection?.host}`,
    );
    expect((await portal.task(someone.token, task_id)).steps.map(step => [step.name, step.status])).toEqual([
      ['prepare_node', 'completed'],
      ['start_instance', 'completed'],
      ['verify_access', 'completed'],
      ['activate', 'completed'],
    ]);
    await portal.release(someone.token, allocation.allocation_id);
    await portal.until(someone.token, allocation.allocation_id, 'released');
    expect(await portal.freeGpus()).toBe(free);
    expect((await portal.balance(someone.token)).held.amount).toBe('0');
    await assertBooksBalance(portal.services.database.read);
  });

  describe('refuses', () => {
    it.each([
      ['hardware that does not exist', { sku_id: 'sku_does_not_exist' }, 404, 'sku_not_found'],
      ['an image that does not exist', { image_id: 'img_nope' }, 404, 'image_not_found'],
      ['a key that is not one’s own', { ssh_key_ids: ['key_of_another'] }, 404, 'ssh_key_not_found'],
      ['another’s project', { project_id: 'proj_of_another' }, 404, 'project_not_found'],
      ['more GPUs than a node has', { gpu_count: 16 }, 422, 'topology_unsatisfiable'],
      ['a quote that nobody gave', { quote_id: 'quote_abc.def' }, 422, 'quote_invalid'],
      ['more at once than one request may', { count: 65 }, 400, 'request_malformed'],
      [
        'a port that is published twice',
        { network: { published_ports: [80, 80].map((port, place) => ({ port, name: `web-${place}` })) } },
        422,
        'published_ports_invalid',
      ],
      [
        'a name that two ports have',
        { network: { published_ports: [80, 81].map(port => ({ port, name: 'web' })) } },
        422,
        'published_ports_invalid',
      ],
      [
        'more ports than may be published',
        {
          network: {
            published_ports: Array.from({ length: 9 }, (_, place) => ({ port: 80 + place, name: `web-${place}` })),
          },
        },
        400,
        'request_malformed',
      ],
      ['a field nobody knows', { storage_attachments: [] }, 400, 'request_malformed'],
    ])('%s', async (_what, body, status, code) => {
      expect(await refusal(body)).toMatchObject({ status, code });
    });

    it('whoever has too little money, saying how much is missing, and holds nothing', async () => {
      const poor = await portal.person({ units: 1 });
      const free = await portal.freeGpus();
      const refused = await refusal({}, poor.token);
      expect(refused).toMatchObject({ status: 402, code: 'insufficient_balance' });
      expect(Object.keys(refused.details).sort()).toEqual(['available', 'required', 'shortfall']);
      expect(await portal.freeGpus()).toBe(free);
      expect(await portal.balance(poor.token)).toMatchObject({
        held: { amount: '0' },
        available: { amount: '1000000' },
      });
    });

    it('a launch without a key of its own', async () => {
      expect(await portal.refusal(launchAllocation, { token: someone.token, body: portal.body })).toMatchObject({
        status: 400,
        code: 'idempotency_key_required',
      });
    });

    it('whoever may not launch', async () => {
      const reader = portal.signInAs({ permissions: ['workloads.allocation.read'] });
      expect(await refusal({}, reader.token)).toMatchObject({ status: 403, code: 'permission_denied' });
    });

    it('hardware of which the fleet has none', async () => {
      const skus = await portal.request('GET', 'skus', { token: someone.token });
      const absent = skus.body.items!.find(sku => sku.gpu_model === 'B200')!;
      const refused = await refusal({ sku_id: absent.sku_id });
      expect([refused.status, refused.code, refused.details.largest_fitting_count]).toEqual([409, 'sku_sold_out', 0]);
    });
  });

  it('precheck names all that stands in the way, in the words of launch, and changes nothing', async () => {
    const poor = await portal.person({ units: 0 });
    const body = { ...portal.body, image_id: 'img_nope', ssh_key_ids: ['key_nope'] };
    const checked = await portal.call(precheckLaunch, { token: poor.token, body });
    expect(checked.passed).toBe(false);
    expect(checked.failures.map(failure => failure.code)).toEqual([
      'image_not_found',
      'ssh_key_not_found',
      'insufficient_balance',
    ]);
    expect((await refusal(body, poor.token)).message).toBe(checked.failures[0]?.message);

    const free = await portal.freeGpus();
    expect(await portal.call(precheckLaunch, { token: someone.token, body: portal.body })).toEqual({
      passed: true,
      failures: [],
      warnings: [],
    });
    expect(await portal.freeGpus()).toBe(free);
  });

  describe('a quote', () => {
    it('tells price, hold, and how long the money lasts with it and without', async () => {
      const quoted = await portal.call(quoteLaunch, {
        token: someone.token,
        body: { sku_id: portal.sku.sku_id, gpu_count: 2 },
      });
      const unit = BigInt(portal.sku.price_per_gpu_hour!.amount);
      expect(BigInt(quoted.price_per_hour.amount)).toBe(unit * 2n);
      expect(BigInt(quoted.price_per_day.amount)).toBe(unit * 48n);
      expect(BigInt(quoted.balance_after.amount)).toBe(BigInt(quoted.available.amount) - BigInt(quoted.hold.amount));
      expect([quoted.sufficient, quoted.runway_seconds_without]).toEqual([true, null]);
      expect(quoted.runway_seconds_with).toBeGreaterThan(0);
    });

    it('is charged, and worth nothing to another organization or for another count', async () => {
      const { quote_id, price_per_hour } = await portal.call(quoteLaunch, {
        token: someone.token,
        body: { sku_id: portal.sku.sku_id, gpu_count: 1 },
      });
      const stranger = await portal.person();
      expect(await refusal({ quote_id }, stranger.token)).toMatchObject({ status: 422, code: 'quote_invalid' });
      expect(await refusal({ quote_id, gpu_count: 2 })).toMatchObject({ status: 422, code: 'quote_invalid' });
      const { allocation } = await portal.launch(someone.token, { quote_id });
      expect(allocation.price_per_hour).toEqual(price_per_hour);
      await portal.release(someone.token, allocation.allocation_id);
    });
  });

  it('what belongs to another organization does not exist', async () => {
    const { allocation, task_id } = await portal.launch(someone.token);
    const { token } = await portal.person();
    const params = { allocation_id: allocation.allocation_id };
    const refused = [
      await portal.refusal(getAllocation, { token, params }),
      await portal.refusal(releaseAllocation, { token, params }),
      await portal.refusal(createTerminalToken, { token, params }),
      await portal.refusal(setAllocationSshKeys, { token, params, body: { ssh_key_ids: [] } }),
      await portal.refusal(getTask, { token, params: { task_id } }),
    ];
    expect(refused.map(({ status, code }) => [status, code])).toEqual(refused.map(() => [404, 'not_found']));
    expect((await portal.call(listAllocations, { token })).items).toEqual([]);
    await portal.release(someone.token, allocation.allocation_id);
  });

  it('one key sent fifty times in parallel is one launch with one reply; with another body it is refused', async () => {
    const idempotencyKey = key();
    const once = () =>
      portal.request('POST', 'allocations', {
        token: someone.token,
        body: portal.body,
        headers: { 'idempotency-key': idempotencyKey },
      });
    const replies = await Promise.all(Array.from({ length: 50 }, once));
    expect(new Set(replies.map(reply => reply.text)).size).toBe(1);
    expect(new Set(replies.map(reply => reply.status))).toEqual(new Set([202]));
    expect(replies.filter(reply => reply.headers.get('idempotency-replayed') === null)).toHaveLength(1);
    const { items } = await portal.call(listAllocations, { token: someone.token });
    expect(items).toHaveLength(1);
    const other = { token: someone.token, body: { ...portal.body, gpu_count: 2 }, idempotencyKey };
    expect(await portal.refusal(launchAllocation, other)).toMatchObject({
      status: 422,
      code: 'idempotency_key_reused',
    });
    await portal.release(someone.token, items[0]!.allocation_id);
  });
});
