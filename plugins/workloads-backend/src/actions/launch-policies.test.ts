import { createServiceFactory } from '@backstage/backend-plugin-api';
import {
  createProject,
  creditUser,
  previewPolicy,
  setPlatformPolicy,
  setPolicy,
} from '@portico/plugin-access/contract';
import type { PolicyName } from '@portico/plugin-access/contract';
import { billingPortRef } from '@portico/plugin-billing/port';
import { listOsImages, listSkus } from '@portico/plugin-catalog/contract';
import { localRuntimeRef } from '@portico/plugin-fleet/port';
import { eachDatabase, startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import { launchAllocation, precheckLaunch } from '@portico/plugin-workloads/contract';
import { assertBooksBalance } from '../../../billing-backend/src/testing/books';
import { FakeRuntime } from '../testing/fake-runtime';

const HOUR = 3_600_000;
const NODES = [{ name: 'only', gpuModel: 'H200', gpuCount: 64, numaDomains: 1 }];

const money = (units: number) => ({ amount: String(units * 1_000_000), currency: 'USD', scale: 6 }) as const;
const spend = (units: number, mode: 'stop' | 'warn') => ({ limit: money(units), mode });

async function startPortal(database: 'sqlite' | 'postgres', clock?: TestClock) {
  const runtime = new FakeRuntime(undefined, clock && (() => clock.now()));
  const backend = await startTestBackend({
    database,
    instead: [createServiceFactory({ service: localRuntimeRef, deps: {}, factory: () => runtime })],
    expose: { billing: billingPortRef },
    ...(clock ? { clock } : {}),
    settings: {
      fleet: { nodes: NODES, heartbeat: { intervalSeconds: 1 } },
      billing: { trialCredit: { enabled: 'off' } },
    },
  });
  const { token, password } = await backend.signUp();
  const signedIn = await backend.request('POST', 'auth/personal/login', { body: { username: 'admin', password } });
  const admin = String(signedIn.body.access_token);
  async function person() {
    const account = await backend.signUp();
    await backend.call(creditUser, {
      token: admin,
      params: { user_id: account.userId },
      body: { amount: money(10_000), reason: 'test' },
    });
    return account;
  }
  if (clock) await waitFor(async () => (await clock.advance(100), await ready()), 'nodes that are ready');
  else await waitFor(ready, 'nodes that are ready');
  async function ready() {
    return (await backend.call(listSkus, { token })).items.some(one => one.free_gpus > 0);
  }
  const sku = (await backend.call(listSkus, { token })).items[0]!;
  const image = (await backend.call(listOsImages, { token })).items[0]!;
  const body = { sku_id: sku.sku_id, gpu_count: 1, image_id: image.image_id };
  const unit = Number(sku.price_per_gpu_hour!.amount) / 1_000_000;
  return {
    ...backend,
    admin,
    person,
    sku,
    image,
    body,
    /** Units of one GPU hour. */
    unit,
    launch: (by: string, more: object = {}) =>
      backend.request('POST', launchAllocation.path, {
        token: by,
        body: { ...body, ...more },
        headers: { 'idempotency-key': crypto.randomUUID() },
      }),
    precheck: (by: string, more: object = {}) =>
      backend.call(precheckLaunch, { token: by, body: { ...body, ...more } }),
    set: (by: string, policy: PolicyName, setting: Record<string, unknown>) =>
      backend.call(setPolicy, { token: by, params: { policy }, body: setting as never }),
    setForAll: (policy: PolicyName, setting: Record<string, unknown>) =>
      backend.call(setPlatformPolicy, { token: admin, params: { policy }, body: setting as never }),
  };
}

eachDatabase(db => {
  let portal: Awaited<ReturnType<typeof startPortal>>;
  beforeAll(async () => {
    portal = await startPortal(db.dialect);
  });
  afterAll(() => portal?.stop());

  test.each([
    ['organization', 'concurrent_allocations', 3],
    ['project', 'concurrent_allocations', 3],
    ['user', 'concurrent_allocations', 3],
    ['organization', 'gpus_per_project', 3],
  ] as const)('of 20 launches at once against a limit of the %s on %s, three pass', async (level, policy, limit) => {
    const { token, organizationId, projectId, userId } = await portal.person();
    const subject = { organization: organizationId, project: projectId, user: userId }[level];
    await portal.set(token, policy, {
      level,
      value: limit,
      ...(level === 'organization' ? {} : { subject_id: subject }),
    });
    const replies = await Promise.all(Array.from({ length: 20 }, () => portal.launch(token)));
    expect(replies.filter(reply => reply.status === 202)).toHaveLength(3);
    const refused = replies.filter(reply => reply.status === 409);
    expect(refused).toHaveLength(17);
    for (const { body } of refused) {
      expect(body.code).toBe('quota_exceeded');
      expect(body.details).toEqual({
        quota: policy,
        limit: 3,
        current: 3,
        requested: 1,
        level,
        subject_id: subject,
      });
    }
    await assertBooksBalance(portal.services.database.read);
  });

  test.each([
    ['spend_per_hour', 'organization'],
    ['spend_per_hour', 'user'],
    ['spend_per_month', 'organization'],
    ['spend_per_month', 'project'],
  ] as const)('of 20 launches at once against %s of the %s, as many pass as it pays for', async (policy, level) => {
    const { token, organizationId, projectId, userId } = await portal.person();
    const subject = { organization: organizationId, project: projectId, user: userId }[level];
    // A hold is an hour: both limits pay for three, and nearly for a fourth.
    await portal.set(token, policy, {
      level,
      value: spend(portal.unit * 3.9, 'stop'),
      ...(level === 'organization' ? {} : { subject_id: subject }),
    });
    const replies = await Promise.all(Array.from({ length: 20 }, () => portal.launch(token)));
    expect(replies.filter(reply => reply.status === 202)).toHaveLength(3);
    const refused = replies.filter(reply => reply.status === 409 && reply.body.code === 'quota_exceeded');
    expect(refused).toHaveLength(17);
    expect(refused[0]?.body.details).toMatchObject({ quota: policy, limit: money(portal.unit * 3.9), level });
    expect((await portal.precheck(token)).failures.map(one => one.code)).toEqual(['quota_exceeded']);
  });

  test.each([
    ['concurrent_allocations', 3, 0],
    ['gpus_per_project', 7, 0],
    ['spend_per_hour', 7, null],
    ['spend_per_month', 7, null],
  ] as const)('all of a batch count against %s', async (policy, limit, current) => {
    const { token } = await portal.person();
    const value = current === null ? spend(Math.floor(portal.unit * limit), 'stop') : limit;
    await portal.set(token, policy, { level: 'organization', value });
    const four = { gpu_count: 2, count: 4 };
    const refused = await portal.launch(token, four);
    expect([refused.status, refused.body.code]).toEqual([409, 'quota_exceeded']);
    expect(refused.body.details).toMatchObject({
      quota: policy,
      ...(current === null ? { requested: { amount: String(Math.round(portal.unit * 8_000_000)) } } : { current }),
    });
    expect((await portal.precheck(token, four)).failures.map(one => one.code)).toEqual(['quota_exceeded']);
    expect((await portal.launch(token, { gpu_count: 2, count: 3 })).status).toBe(202);
    expect((await portal.launch(token, { gpu_count: 2, count: 1 })).status).toBe(409);
    await assertBooksBalance(portal.services.database.read);
  });

  test('each level limits what its own subject uses', async () => {
    const { token, projectId, userId, organizationId } = await portal.person();
    const second = await portal.call(createProject, { token, body: { name: 'Second' } });
    await portal.set(token, 'concurrent_allocations', { level: 'organization', value: 4 });
    await portal.set(token, 'concurrent_allocations', { level: 'project', subject_id: projectId, value: 1 });
    expect((await portal.launch(token)).status).toBe(202);
    const inFull = await portal.launch(token);
    expect(inFull.body.details).toMatchObject({ level: 'project', subject_id: projectId, limit: 1, current: 1 });
    const elsewhere = { project_id: second.project_id };
    expect((await portal.launch(token, elsewhere)).status).toBe(202);
    await portal.set(token, 'concurrent_allocations', { level: 'user', subject_id: userId, value: 3 });
    expect((await portal.launch(token, elsewhere)).status).toBe(202);
    const ofUser = await portal.launch(token, elsewhere);
    expect(ofUser.body.details).toMatchObject({ level: 'user', subject_id: userId, limit: 3, current: 3 });
    await portal.set(token, 'concurrent_allocations', { level: 'user', subject_id: userId, value: 4 });
    expect((await portal.launch(token, elsewhere)).status).toBe(202);
    const ofAll = await portal.launch(token, elsewhere);
    expect(ofAll.body.details).toMatchObject({ limit: 4, current: 4 });
    // An agreement of the platform with this organization does not loosen what it set for itself, and tightens it.
    await portal.setForAll('concurrent_allocations', { level: 'agreement', subject_id: organizationId, value: 9 });
    expect((await portal.launch(token, elsewhere)).status).toBe(409);
  });

  test('an organization cannot lift what the platform has agreed with it', async () => {
    const { token, organizationId } = await portal.person();
    await portal.setForAll('concurrent_allocations', { level: 'agreement', subject_id: organizationId, value: 1 });
    const lifted = await portal.refusal(setPolicy, {
      token,
      params: { policy: 'concurrent_allocations' },
      body: { level: 'organization', value: 2 },
    });
    expect(lifted).toMatchObject({
      code: 'policy_loosens',
      details: { allowed: 1, level: 'agreement', subject_id: organizationId },
    });
    expect((await portal.launch(token)).status).toBe(202);
    const refused = await portal.launch(token);
    expect(refused.body.details).toMatchObject({ level: 'agreement', limit: 1 });
  });

  test('hardware and images that are left out are refused, and every list counts', async () => {
    const { token, projectId } = await portal.person();
    await portal.set(token, 'allowed_skus', { level: 'organization', value: [portal.sku.sku_id] });
    expect((await portal.precheck(token)).passed).toBe(true);
    await portal.set(token, 'allowed_images', { level: 'project', subject_id: projectId, value: ['img_other'] });
    const reply = await portal.launch(token);
    expect([reply.status, reply.body.code]).toEqual([409, 'policy_forbids']);
    expect(reply.body.details).toEqual({
      policy: 'allowed_images',
      image_id: portal.image.image_id,
      level: 'project',
      subject_id: projectId,
    });
    expect((await portal.precheck(token)).failures.map(one => one.code)).toEqual(['policy_forbids']);
  });

  test('a limit that warns lets the launch through and tells of it', async () => {
    const { token, organizationId } = await portal.person();
    await portal.set(token, 'spend_per_hour', { level: 'organization', value: spend(portal.unit * 1.5, 'warn') });
    expect((await portal.precheck(token)).warnings).toEqual([]);
    expect((await portal.launch(token)).status).toBe(202);
    const checked = await portal.precheck(token);
    expect(checked.passed).toBe(true);
    expect(checked.warnings).toMatchObject([{ code: 'spend_warning', details: { quota: 'spend_per_hour' } }]);
    const reply = await portal.launch(token);
    expect(reply.status).toBe(202);
    const told = await portal.services.database.read.all<{ payload_json: string }>(
      "SELECT payload_json FROM platform_outbox WHERE event_type = 'billing.spend_warning' AND organization_id = ?",
      [organizationId],
    );
    expect(told.map(row => JSON.parse(row.payload_json))).toMatchObject([
      {
        policy: 'spend_per_hour',
        level: 'organization',
        current: money(portal.unit),
        requested: money(portal.unit),
        allocation_id: (reply.body.allocation as { allocation_id: string }).allocation_id,
      },
    ]);
  });

  test('a preview counts what runs beyond the new value, and changes nothing', async () => {
    const { token, projectId } = await portal.person();
    const launched: unknown[] = [];
    for (const name of ['first', 'second', 'third']) launched.push((await portal.launch(token, { name })).body);
    const preview = (level: 'organization' | 'project', value?: unknown) =>
      portal.call(previewPolicy, {
        token,
        params: { policy: 'concurrent_allocations' },
        query: {
          level,
          ...(level === 'project' ? { subject_id: projectId } : {}),
          ...(value === undefined ? {} : { value: JSON.stringify(value) }),
        },
      });
    const seen = await preview('organization', 1);
    expect(seen).toMatchObject({
      before: 50,
      after: 1,
      organizations: 1,
      projects: 1,
      members: 1,
      running: 3,
      beyond: 2,
    });
    expect(seen.beyond_items.map(one => one.name)).toEqual(['third', 'second']);
    expect(await preview('project', 3)).toMatchObject({ after: 3, running: 3, beyond: 0 });
    expect(await preview('organization')).toMatchObject({ before: 50, after: 50, beyond: 0 });
    expect((await portal.precheck(token)).passed).toBe(true);
  });
});

describe.each(['sqlite', 'postgres'] as const)('a month, on %s', database => {
  test('begins anew on its first day (UTC), and what still runs counts from then on', async () => {
    const clock = new TestClock(Date.UTC(2026, 0, 31, 20));
    const portal = await startPortal(database, clock);
    try {
      const person = await portal.person();
      let { token } = person;
      const moveTo = async (instant: number) => {
        clock.set(instant);
        const { username, password } = person;
        const signedIn = await portal.request('POST', 'auth/personal/login', { body: { username, password } });
        token = String(signedIn.body.access_token);
      };
      // What is held for the next hour and five hours of use, less a bit.
      await portal.set(token, 'spend_per_month', { level: 'organization', value: spend(portal.unit * 5.5, 'stop') });
      expect((await portal.launch(token)).status).toBe(202);
      await waitFor(async () => {
        await clock.advance(1_000);
        const { items } = (await portal.request('GET', 'allocations', { token })).body as {
          items: { status: string }[];
        };
        return items[0]?.status === 'active';
      }, 'the allocation to be active');
      expect((await portal.precheck(token)).passed).toBe(true);
      await moveTo(Date.UTC(2026, 0, 31, 23, 50));
      const late = await portal.launch(token);
      expect([late.status, late.body.code]).toEqual([409, 'quota_exceeded']);
      expect(late.body.details).toMatchObject({ quota: 'spend_per_month', requested: money(portal.unit) });
      await moveTo(Date.UTC(2026, 1, 1, 0, 10));
      expect((await portal.precheck(token)).passed).toBe(true);
      await moveTo(Date.UTC(2026, 1, 1, 0, 10) + 4 * HOUR);
      expect((await portal.precheck(token)).failures.map(one => one.code)).toContain('quota_exceeded');
      await assertBooksBalance(portal.services.database.read);
    } finally {
      await portal.stop();
    }
  });
});
