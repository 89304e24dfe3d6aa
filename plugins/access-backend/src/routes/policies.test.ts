import {
  getMe,
  listPlans,
  listPlatformPolicies,
  listPolicies,
  previewPlatformPolicy,
  previewPolicy,
  resetPlatformPolicy,
  resetPolicy,
  setOrganizationPlan,
  setPlatformPolicy,
  setPolicy,
} from '@portico/plugin-access/contract';
import type { PolicyName } from '@portico/plugin-access/contract';
import { getBalance } from '@portico/plugin-billing/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock } from '@portico/plugin-kit/testing';

const HOUR = 3_600_000;
const money = (units: number, currency = 'USD') => ({ amount: String(units * 1_000_000), currency, scale: 6 }) as const;
const named = (list: ReplyOf<typeof listPolicies>, name: PolicyName) => list.items.find(one => one.policy === name)!;

describe.each(['sqlite', 'postgres'] as const)('policies, on %s', database => {
  let backend: Awaited<ReturnType<typeof startTestBackend>>;
  let admin: string;
  const clock = new TestClock();
  beforeAll(async () => {
    backend = await startTestBackend({
      database,
      clock,
      plugins: ['access', 'billing'],
      settings: { billing: { trialCredit: { enabled: 'on', amount: '25.00' } } },
    });
    admin = await signIn('admin', (await backend.signUp()).password);
  });
  afterAll(() => backend?.stop());

  async function signIn(username: string, password: string): Promise<string> {
    const { body } = await backend.request('POST', 'auth/personal/login', { body: { username, password } });
    return String(body.access_token);
  }
  const set = (token: string, policy: PolicyName, body: object) =>
    backend.call(setPolicy, { token, params: { policy }, body: body as never });
  const refusedToSet = (token: string, policy: PolicyName, body: object) =>
    backend.refusal(setPolicy, { token, params: { policy }, body: body as never });
  const setForAll = (policy: PolicyName, body: object) =>
    backend.call(setPlatformPolicy, { token: admin, params: { policy }, body: body as never });
  const forget = () => backend.services.database.transaction(tx => tx.run('DELETE FROM access_policies'));
  afterEach(async () => {
    await forget();
  });

  test('are resolved over all levels, and say where each value was set', async () => {
    const { token, organizationId, projectId, userId, username } = await backend.signUp();
    const seen = async (query: object = {}) =>
      named(await backend.call(listPolicies, { token, query: query as never }), 'concurrent_allocations');
    expect(await seen()).toMatchObject({ value: null, source: { level: 'default', subject_id: null } });
    await setForAll('concurrent_allocations', { level: 'platform', value: 10 });
    expect(await seen()).toMatchObject({ value: 10, source: { level: 'platform' } });
    await setForAll('concurrent_allocations', { level: 'plan', subject_id: 'standard', value: 30 });
    expect(await seen()).toMatchObject({ value: 30, source: { level: 'plan', subject_id: 'standard' } });
    await setForAll('concurrent_allocations', { level: 'agreement', subject_id: organizationId, value: 20 });
    await set(token, 'concurrent_allocations', { level: 'organization', value: 9 });
    await set(token, 'concurrent_allocations', { level: 'project', subject_id: projectId, value: 7 });
    await set(token, 'concurrent_allocations', { level: 'user', subject_id: userId, value: 8 });
    const all = await seen();
    expect(all).toMatchObject({ value: 7, source: { level: 'project', subject_id: projectId } });
    expect(all.chain.map(one => [one.level, one.value])).toEqual([
      ['user', 8],
      ['project', 7],
      ['organization', 9],
      ['agreement', 20],
      ['plan', 30],
      ['platform', 10],
      ['default', null],
    ]);
    expect(all.chain[0]).toMatchObject({ set_by: userId, set_by_name: username });
    expect(await seen({ user_id: userId })).toMatchObject({ value: 8, source: { level: 'user' } });
    expect(await seen({ scope: 'organization' })).toMatchObject({ value: 9 });
    const reset = await backend.call(resetPolicy, {
      token,
      params: { policy: 'concurrent_allocations' },
      query: { level: 'project', subject_id: projectId },
    });
    expect(reset).toMatchObject({ value: 9, source: { level: 'organization' } });
  });

  test('cannot be loosened from below, whichever level says more', async () => {
    const { token, projectId, organizationId } = await backend.signUp();
    await setForAll('spend_per_hour', { level: 'platform', value: { limit: money(50), mode: 'stop' } });
    expect(
      await refusedToSet(token, 'spend_per_hour', { level: 'organization', value: { limit: money(51), mode: 'warn' } }),
    ).toMatchObject({
      status: 422,
      code: 'policy_loosens',
      details: { policy: 'spend_per_hour', level: 'platform', allowed: { limit: money(50), mode: 'stop' } },
    });
    await set(token, 'spend_per_hour', { level: 'organization', value: { limit: money(40), mode: 'stop' } });
    expect(
      await refusedToSet(token, 'spend_per_hour', {
        level: 'project',
        subject_id: projectId,
        value: { limit: money(41), mode: 'stop' },
      }),
    ).toMatchObject({ code: 'policy_loosens', details: { level: 'organization', subject_id: organizationId } });
    // One's own value is no limit to itself.
    await set(token, 'spend_per_hour', { level: 'organization', value: { limit: money(50), mode: 'stop' } });
    // What was set before the platform tightened its own loosens nothing.
    await setForAll('spend_per_hour', { level: 'platform', value: { limit: money(5), mode: 'stop' } });
    expect(named(await backend.call(listPolicies, { token }), 'spend_per_hour')).toMatchObject({
      value: { limit: money(5), mode: 'stop' },
      source: { level: 'platform' },
    });
  });

  test.each<[PolicyName, unknown]>([
    ['concurrent_allocations', true],
    ['concurrent_allocations', -1],
    ['terminal_session_seconds', 59],
    ['spend_per_hour', money(5)],
    ['spend_per_month', { limit: money(5, 'EUR'), mode: 'stop' }],
    ['spend_per_month', { limit: { ...money(5), amount: '-5' }, mode: 'stop' }],
    ['allowed_skus', []],
    ['allowed_skus', ['two words']],
    ['allowed_images', 7],
    ['mfa_required', 1],
  ])('%s takes no %j', async (policy, value) => {
    const { token } = await backend.signUp();
    const reply = await backend.request('PUT', `policies/${policy}`, { token, body: { level: 'organization', value } });
    // What no policy could take fails the contract; what this one does not take is told by name.
    expect([400, 422]).toContain(reply.status);
    if (reply.status === 422) expect(reply.body).toMatchObject({ code: 'policy_value_invalid', details: { policy } });
    const preview = await backend.request('GET', `policies/${policy}/preview`, {
      token,
      query: { level: 'organization', value: JSON.stringify(value) },
    });
    expect([preview.status, preview.body.code]).toEqual([422, 'policy_value_invalid']);
  });

  test('are set only where they make sense', async () => {
    const { token, userId } = await backend.signUp();
    expect(
      await refusedToSet(token, 'gpus_per_project', { level: 'user', subject_id: userId, value: 1 }),
    ).toMatchObject({ status: 422, code: 'policy_level_unsupported' });
    expect(await refusedToSet(token, 'trial_credit', { level: 'organization', value: money(900) })).toMatchObject({
      code: 'policy_level_unsupported',
      details: { levels: ['plan', 'platform'] },
    });
  });

  test('of another organization are not there', async () => {
    const [alice, bob] = [await backend.signUp(), await backend.signUp()];
    const value = 3;
    for (const [level, subject_id] of [
      ['organization', bob.organizationId],
      ['project', bob.projectId],
      ['user', bob.userId],
    ] as const) {
      const body = { level, subject_id, value };
      expect(await refusedToSet(alice.token, 'concurrent_allocations', body)).toMatchObject({ status: 404 });
      const asked = {
        token: alice.token,
        params: { policy: 'concurrent_allocations' },
        query: { level, subject_id },
      } as const;
      expect(await backend.refusal(resetPolicy, asked)).toMatchObject({ status: 404 });
      expect(await backend.refusal(previewPolicy, asked)).toMatchObject({ status: 404 });
    }
    for (const query of [{ project_id: bob.projectId }, { user_id: bob.userId }])
      expect(await backend.refusal(listPolicies, { token: alice.token, query })).toMatchObject({ status: 404 });
    await set(bob.token, 'concurrent_allocations', { level: 'user', subject_id: bob.userId, value: 2 });
    const ofAlice = named(await backend.call(listPolicies, { token: alice.token }), 'concurrent_allocations');
    expect(ofAlice.value).toBeNull();
  });

  test('of the platform are for its administrators', async () => {
    const { token, organizationId } = await backend.signUp();
    const body = { level: 'agreement', subject_id: organizationId, value: 1_000 } as const;
    expect(
      await backend.refusal(setPlatformPolicy, { token, params: { policy: 'concurrent_allocations' }, body }),
    ).toMatchObject({ code: 'permission_denied' });
  });

  test('ask a person who they are once more when they have not shown it for long', async () => {
    const { username, password } = await backend.signUp();
    const signedIn = await backend.request('POST', 'auth/personal/login', { body: { username, password } });
    await clock.advance(2 * HOUR);
    const { refresh_token } = signedIn.body;
    const refreshed = await backend.request('POST', 'auth/token/refresh', { body: { refresh_token } });
    const token = String(refreshed.body.access_token);
    expect((await backend.call(listPolicies, { token })).items.length).toBeGreaterThan(0);
    const body = { level: 'organization', value: 3 };
    expect(await refusedToSet(token, 'concurrent_allocations', body)).toMatchObject({ code: 'step_up_required' });
    admin = await signIn('admin', password);
  });

  test('a key bound to one project sets them there alone', async () => {
    const { token, projectId, userId } = await backend.signUp();
    const made = await backend.request('POST', 'api-keys', {
      token,
      body: { name: 'robot', scopes: ['access.policy.manage', 'access.policy.read'], project_id: projectId },
    });
    const key = String(made.body.key);
    const second = await backend.request('POST', 'projects', { token, body: { name: 'Second' } });
    await set(key, 'concurrent_allocations', { level: 'project', subject_id: projectId, value: 3 });
    const elsewhere = { level: 'project', subject_id: String(second.body.project_id), value: 3 };
    expect(await refusedToSet(key, 'concurrent_allocations', elsewhere)).toMatchObject({ status: 404 });
    expect(await refusedToSet(key, 'concurrent_allocations', { level: 'organization', value: 3 })).toMatchObject({
      code: 'permission_denied',
    });
    const ofUser = { level: 'user', subject_id: userId, value: 3 };
    expect(await refusedToSet(key, 'concurrent_allocations', ofUser)).toMatchObject({ code: 'permission_denied' });
  });

  test('leave a trace of both values, and tell the organization', async () => {
    const { token, organizationId } = await backend.signUp();
    await set(token, 'concurrent_allocations', { level: 'organization', value: 5 });
    await set(token, 'concurrent_allocations', { level: 'organization', value: 4 });
    await backend.call(resetPolicy, {
      token,
      params: { policy: 'concurrent_allocations' },
      query: { level: 'organization' },
    });
    const logs = await backend.request('GET', 'audit-logs', { token, query: { resource_type: 'policy' } });
    const items = logs.body.items as unknown as { action: string; changes: Record<string, unknown> }[];
    expect(items.map(one => [one.action, one.changes.value])).toEqual([
      ['access.policy.reset', { before: 4, after: null }],
      ['access.policy.set', { before: 5, after: 4 }],
      ['access.policy.set', { before: null, after: 5 }],
    ]);
    const told = await backend.services.database.read.all<{ payload_json: string }>(
      "SELECT payload_json FROM platform_outbox WHERE event_type = 'access.policy_changed' AND organization_id = ?",
      [organizationId],
    );
    const values = told.map(row => (JSON.parse(row.payload_json) as { value: unknown }).value);
    expect(new Set(values)).toEqual(new Set([5, 4, null]));
  });

  test('a second factor is demanded by the organization’s one setting, or by the platform of everybody', async () => {
    const alice = await backend.signUp();
    const required = async () => named(await backend.call(listPolicies, { token: alice.token }), 'mfa_required');
    const restriction = async () => (await backend.call(getMe, { token: alice.token })).restriction;
    expect(await required()).toMatchObject({ value: false, source: { level: 'default' } });
    const unmet = { code: 'sign_in_demand_unmet' };
    const forOrganization = { level: 'organization', value: true };
    expect(await refusedToSet(alice.token, 'mfa_required', forOrganization)).toMatchObject(unmet);
    const forAll = { params: { policy: 'mfa_required' }, body: { level: 'platform', value: true } } as const;
    expect(await backend.refusal(setPlatformPolicy, { token: admin, ...forAll })).toMatchObject(unmet);
    const secondFactor = (at: number | null) =>
      backend.services.database.transaction(tx => tx.run('UPDATE access_sessions SET second_factor_at = ?', [at]));
    await secondFactor(clock.now());
    await setForAll('mfa_required', { level: 'platform', value: true });
    await secondFactor(null);
    expect(await restriction()).toBe('second_factor_required');
    await forget();
    expect(await restriction()).toBeNull();
    await secondFactor(clock.now());
    await set(alice.token, 'mfa_required', forOrganization);
    await secondFactor(null);
    expect(await restriction()).toBe('second_factor_required');
    const row = await backend.services.database.read.first<{ requires_second_factor: number }>(
      'SELECT requires_second_factor FROM access_organizations WHERE organization_id = ?',
      [alice.organizationId],
    );
    expect(row).toEqual({ requires_second_factor: 1 });
    expect(await backend.refusal(listPolicies, { token: alice.token })).toMatchObject({
      code: 'second_factor_required',
    });
  });

  test('who signs up is given what platform or plan say, else what the configuration does', async () => {
    const credited = async () => (await backend.call(getBalance, { token: (await backend.signUp()).token })).available;
    expect(await credited()).toEqual(money(25));
    await setForAll('trial_credit', { level: 'platform', value: money(3) });
    expect(await credited()).toEqual(money(3));
    await setForAll('trial_credit', { level: 'plan', subject_id: 'standard', value: money(0) });
    expect(await credited()).toEqual(money(0));
  });

  test('a plan is there once a policy is set for it, and grants what it says to those who have it', async () => {
    const { token, organizationId } = await backend.signUp();
    const give = (plan: string) => ({ token: admin, params: { organization_id: organizationId }, body: { plan } });
    expect(await backend.refusal(setOrganizationPlan, give('research'))).toMatchObject({ code: 'plan_unknown' });
    await setForAll('concurrent_allocations', { level: 'platform', value: 10 });
    await setForAll('concurrent_allocations', { level: 'plan', subject_id: 'research', value: 40 });
    await backend.call(setOrganizationPlan, give('research'));
    expect(named(await backend.call(listPolicies, { token }), 'concurrent_allocations')).toMatchObject({
      value: 40,
      source: { level: 'plan', subject_id: 'research' },
    });
    expect((await backend.call(listPlans, { token: admin })).items).toContainEqual({
      plan: 'research',
      organizations: 1,
      policies: 1,
    });
    const reach = async (query: object) => {
      const asked = { token: admin, params: { policy: 'concurrent_allocations' }, query: query as never } as const;
      return (await backend.call(previewPlatformPolicy, asked)).organizations;
    };
    const ofPlan = { level: 'plan', subject_id: 'research', value: '2' };
    expect(await reach(ofPlan)).toBe(1);
    const everybodyElse = await reach({ level: 'platform', value: '2' });
    await setForAll('concurrent_allocations', { level: 'agreement', subject_id: organizationId, value: 1 });
    expect(await reach(ofPlan)).toBe(0);
    expect(await reach({ level: 'platform', value: '2' })).toBe(everybodyElse);
    await backend.call(setOrganizationPlan, give('standard'));
    await backend.call(resetPlatformPolicy, {
      token: admin,
      params: { policy: 'concurrent_allocations' },
      query: { level: 'agreement', subject_id: organizationId },
    });
    expect(await reach({ level: 'platform', value: '2' })).toBe(everybodyElse + 1);
    const seen = await backend.call(listPlatformPolicies, { token: admin, query: { organization_id: organizationId } });
    expect(named(seen, 'concurrent_allocations')).toMatchObject({ value: 10, source: { level: 'platform' } });
  });

  test('two who set one policy at once leave one value, and a trace that agrees with it', async () => {
    const { token } = await backend.signUp();
    const values = [1, 2, 3, 4, 5, 6, 7, 8];
    await Promise.all(values.map(value => set(token, 'concurrent_allocations', { level: 'organization', value })));
    const logs = await backend.request('GET', 'audit-logs', { token, query: { resource_type: 'policy' } });
    const changes = (logs.body.items as unknown as { changes: { value: { before: number; after: number } } }[])
      .map(one => one.changes.value)
      .toReversed();
    expect(changes).toHaveLength(values.length);
    // Each began from what another left: one line without a fork.
    expect(new Set(changes.map(change => change.before)).size).toBe(values.length);
    const last = named(await backend.call(listPolicies, { token }), 'concurrent_allocations').value;
    expect(changes.filter(change => !changes.some(other => other.before === change.after))).toMatchObject([
      { after: last },
    ]);
  });
});
