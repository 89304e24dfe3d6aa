import { RuntimeError } from '@portico/plugin-fleet/port';
import { eachDatabase, waitFor } from '@portico/plugin-kit/testing';
import { forceReleaseAllocation, listAdminAllocations } from '@portico/plugin-workloads/contract';
import { assertBooksBalance } from '../../../billing-backend/src/testing/books';
import { transitionsOf } from '../store/allocations';
import { type Person, type Portal, startPortal } from '../testing/portal';

const REASON = 'the rack burnt down';

eachDatabase(db => {
  let portal: Portal;
  let someone: Person;
  let admin: Person;
  // A portal each: what is vouched for leaves its GPUs blocked.
  beforeEach(async () => {
    portal = await startPortal({
      database: db.dialect,
      settings: { fleet: { heartbeat: { intervalSeconds: 1 }, orphans: { intervalSeconds: 1, graceSeconds: 1 } } },
    });
    someone = await portal.person({ username: 'owner' });
    admin = await portal.person({
      permissions: ['workloads.allocation.force_release', 'workloads.allocation.read_any', 'platform.attention.read'],
    });
  });
  afterEach(async () => {
    await assertBooksBalance(portal.services.database.read);
    await portal.stop();
  });

  const totals = () => portal.services.fleet.totals(portal.services.database.read);
  const log = async (id: string) =>
    (await transitionsOf(portal.services.database.read, id)).map(({ to, reason }) =>
      reason === null ? to : `${to}: ${reason}`,
    );
  const active = async () => {
    const { allocation } = await portal.launch(someone.token);
    await portal.until(someone.token, allocation.allocation_id, 'active');
    return allocation.allocation_id;
  };
  /** Nothing of the fleet answers any more. */
  const destroyNodes = () => {
    for (const call of ['probe', 'provision', 'observe', 'setAuthorizedKeys', 'release'] as const)
      portal.runtime.fails(call, 'node_unreachable');
  };
  const attest = (id: string) =>
    portal.call(forceReleaseAllocation, {
      token: admin.token,
      params: { allocation_id: id },
      body: { reason: REASON, attest_absent: true },
    });
  const attestation = (id: string) =>
    portal.refusal(forceReleaseAllocation, {
      token: admin.token,
      params: { allocation_id: id },
      body: { reason: REASON, attest_absent: true },
    });
  const audited = async (id: string) =>
    portal.services.database.read.all<{ actor_id: string; reason: string }>(
      `SELECT actor_id, reason FROM platform_audit_log WHERE target_id = ? AND action = 'workloads.allocation.force_release'`,
      [id],
    );
  const attention = async () => {
    const { body } = await portal.request('GET', 'ops/attention', { token: admin.token, query: { limit: 200 } });
    return body.items!.map(({ kind }) => kind);
  };

  describe('vouching that nothing runs any more', () => {
    it('is refused while the node answers, and changes nothing', async () => {
      const id = await active();
      expect(await attestation(id)).toMatchObject({ status: 409, code: 'node_reachable' });
      // Broken is not gone: what cannot be done there can be mended there.
      portal.runtime.fails('probe', 'runtime_failed', 1);
      expect(await attestation(id)).toMatchObject({ status: 409, code: 'node_reachable' });
      expect((await portal.allocation(someone.token, id)).status).toBe('active');
      await portal.release(someone.token, id);
      await portal.until(someone.token, id, 'released');
      expect(await attestation(id)).toMatchObject({ status: 409, code: 'allocation_not_releasable' });
      expect(await attestation('alloc_of_nobody')).toMatchObject({ status: 404, code: 'not_found' });
    });

    it('ends what ran on a node that is gone: billed until it was last seen, its GPUs blocked, with a name under it', async () => {
      const id = await active();
      destroyNodes();
      const { allocation } = await attest(id);
      expect(allocation.status).toBe('released');
      expect(await log(id)).toEqual([
        'requested',
        'provisioning',
        'active',
        `releasing: ${REASON}`,
        'released: attested_absent',
      ]);
      expect(Date.parse(allocation.billing_stopped_at!)).toBeLessThan(Date.parse(allocation.updated_at));
      expect((await portal.balance(someone.token)).held.amount).toBe('0');
      expect((await totals()).gpus).toMatchObject({ held: 0, blocked: 1 });
      const [entry] = await audited(id);
      expect(entry).toEqual({
        actor_id: admin.caller.userId,
        reason: expect.stringMatching(/^the rack burnt down \(attested/),
      });
      expect(await attestation(id)).toMatchObject({ status: 409, code: 'allocation_not_releasable' });
    });

    it('leaves nothing behind on a node that comes back all the same', async () => {
      const id = await active();
      destroyNodes();
      await attest(id);
      expect(portal.runtime.running()).toEqual([id]);
      portal.runtime.heal();
      await waitFor(() => portal.runtime.running().length === 0, 'what nobody holds to be removed');
      expect((await totals()).gpus).toMatchObject({ held: 0, blocked: 1 });
    });

    it('ends a release that is tried again and again, and its task', async () => {
      const id = await active();
      portal.runtime.fails('probe', 'node_unreachable');
      let tries = 0;
      portal.runtime.at('setAuthorizedKeys:before', () => {
        tries += 1;
        throw new RuntimeError('node_unreachable', 'silence');
      });
      const { task_id } = await portal.release(someone.token, id);
      await waitFor(() => tries >= 1, 'the release to be tried');
      expect((await attest(id)).allocation.status).toBe('released');
      await waitFor(async () => (await portal.task(someone.token, task_id)).status !== 'running', 'the task to end');
      expect((await portal.allocation(someone.token, id)).status).toBe('released');
      expect((await totals()).gpus).toMatchObject({ held: 0, blocked: 1 });
      expect(await attention()).not.toContain('release_failed');
    });

    it('ends one whose release has failed, and what a person was called for', async () => {
      const id = await active();
      destroyNodes();
      await portal.release(someone.token, id);
      await portal.until(someone.token, id, 'release_failed');
      expect(await attention()).toContain('release_failed');
      expect((await attest(id)).allocation.status).toBe('released');
      expect(await attention()).not.toContain('release_failed');
      expect((await totals()).gpus).toMatchObject({ held: 0, blocked: 1 });
    });

    it('ends a launch that failed and cannot be undone', async () => {
      portal.runtime.losesAnswers('provision');
      let refusals = 0;
      portal.runtime.at('release:before', () => {
        refusals += 1;
        throw new RuntimeError('node_unreachable', 'silence');
      });
      const { allocation, task_id } = await portal.launch(someone.token);
      const id = allocation.allocation_id;
      await waitFor(() => refusals >= 3, 'the end to be tried again and again');
      // What a person sees meanwhile.
      expect((await portal.allocation(someone.token, id)).display_status).toBe('provisioning');
      expect(await attention()).toContain('task.compensation_failing');
      portal.runtime.fails('probe', 'node_unreachable');
      expect((await attest(id)).allocation.status).toBe('released');
      const over = async () => ['failed', 'cancelled'].includes((await portal.task(someone.token, task_id)).status);
      await waitFor(over, 'the task to give up on the node');
      expect((await portal.allocation(someone.token, id)).status).toBe('released');
      expect((await portal.balance(someone.token)).available.amount).toBe('1000000000');
      expect((await totals()).gpus).toMatchObject({ held: 0, blocked: 1 });
      expect(await attention()).not.toContain('task.compensation_failing');
    });

    it('ends one of a batch, and the others of it in the ordinary way', async () => {
      let stuck: string | undefined;
      portal.runtime.at('provision:after', id => {
        stuck ??= id;
        if (stuck === id) throw new RuntimeError('isolation_unavailable', 'half made');
      });
      let refusals = 0;
      portal.runtime.at('release:before', id => {
        if (stuck !== id) return;
        refusals += 1;
        throw new RuntimeError('node_unreachable', 'silence');
      });
      const { allocations } = await portal.launchBatch(someone.token, { count: 3 });
      await waitFor(() => refusals >= 2 && portal.runtime.running().length === 1, 'all others to be gone');
      portal.runtime.fails('probe', 'node_unreachable');
      expect((await attest(stuck!)).allocation.status).toBe('released');
      for (const { allocation_id } of allocations) await portal.until(someone.token, allocation_id, 'released');
      expect((await totals()).gpus).toMatchObject({ held: 0, blocked: 1 });
      expect((await portal.balance(someone.token)).available.amount).toBe('1000000000');
    });

    it('gives up what a failed one still holds', async () => {
      const id = await active();
      portal.runtime.fails('release', 'runtime_failed');
      portal.runtime.dies(id);
      await portal.until(someone.token, id, 'failed');
      portal.runtime.fails('probe', 'node_unreachable');
      expect((await attest(id)).allocation).toMatchObject({ status: 'failed', failure_reason: 'runtime_gone' });
      expect((await totals()).gpus).toMatchObject({ held: 0, blocked: 1 });
      expect(await attestation(id)).toMatchObject({ status: 409, code: 'allocation_not_releasable' });
    });
  });

  it('without vouching, a launch that cannot be undone is released as soon as its node answers', async () => {
    portal.runtime.losesAnswers('provision');
    portal.runtime.fails('release', 'node_unreachable');
    const { allocation } = await portal.launch(someone.token);
    const id = allocation.allocation_id;
    await waitFor(async () => (await attention()).includes('task.compensation_failing'), 'somebody to be called');
    const reply = await portal.call(forceReleaseAllocation, {
      token: admin.token,
      params: { allocation_id: id },
      body: { reason: REASON },
    });
    expect(reply.allocation.status).toBe('releasing');
    expect((await totals()).gpus).toMatchObject({ held: 1, blocked: 0 });
    portal.runtime.heal();
    await portal.until(someone.token, id, 'released');
    expect((await totals()).gpus).toMatchObject({ held: 0, blocked: 0 });
  });

  it('administrators find allocations by owner, node, state and words, and only theirs to see', async () => {
    const id = await active();
    const { node_id } = await portal.allocation(someone.token, id);
    const { organizationId, userId, username } = someone.caller;
    const found = async (query: object) =>
      (await portal.call(listAdminAllocations, { token: admin.token, query })).items.map(one => one.allocation_id);
    for (const query of [
      { user_id: userId },
      { username },
      { organization_id: organizationId },
      { node_id: node_id! },
      { status: 'active', q: id.slice(-6) },
      { status_group: 'active' },
    ])
      expect([query, await found(query)]).toEqual([query, [id]]);
    for (const query of [
      { username: 'nobody-of-that-name' },
      { username, user_id: 'usr_other' },
      { organization_id: 'org_other' },
      { status: 'released' },
      { status: 'active', status_group: 'inactive' },
    ])
      expect([query, await found(query)]).toEqual([query, []]);
    expect(await portal.refusal(listAdminAllocations, { token: someone.token })).toMatchObject({ status: 403 });
    await portal.release(someone.token, id);
    await portal.until(someone.token, id, 'released');
  });
});
