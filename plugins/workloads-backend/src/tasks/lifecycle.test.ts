import { RuntimeError } from '@portico/plugin-fleet/port';
import { eachDatabase, waitFor } from '@portico/plugin-kit/testing';
import {
  cancelTask,
  forceReleaseAllocation,
  launchAllocation,
  listTaskEvents,
  releaseAllocation,
} from '@portico/plugin-workloads/contract';
import { transitionsOf } from '../store/allocations';
import type { Person, Portal } from '../testing/portal';
import { portalAtRest } from '../testing/portal-at-rest';

eachDatabase(db => {
  let portal: Portal;
  let someone: Person;
  const atRest = portalAtRest(db.dialect);
  beforeEach(() => ({ portal, someone } = atRest));

  const launched = async () => {
    const { allocation } = await portal.launch(someone.token);
    return { id: allocation.allocation_id, taskId: allocation.task_id! };
  };
  const active = async () => {
    const { id } = await launched();
    await portal.until(someone.token, id, 'active');
    return id;
  };
  const log = async (id: string) =>
    (await transitionsOf(portal.services.database.read, id)).map(({ to, reason }) =>
      reason === null ? to : `${to}: ${reason}`,
    );
  const attention = async (id: string) => {
    const { token } = await portal.person({ permissions: ['platform.attention.read'] });
    const { body } = await portal.request('GET', 'ops/attention', { token, query: { limit: 200 } });
    return body.items!.filter(item => (item.resource as { id: string }).id === id).map(item => item.kind);
  };

  describe('a launch', () => {
    it('tries again when the runtime fails for a moment, and starts one instance', async () => {
      portal.runtime.fails('provision', 'runtime_failed', 2);
      const id = await active();
      expect(portal.runtime.starts(id)).toBe(1);
      await portal.release(someone.token, id);
    });

    it('whose answer is lost finds the instance it has made', async () => {
      portal.runtime.losesAnswers('provision', 2);
      const id = await active();
      expect(portal.runtime.starts(id)).toBe(1);
      await portal.release(someone.token, id);
    });

    it.each([
      ['isolation_unavailable', 'isolation_unavailable'],
      ['runtime_failed', 'runtime_failed'],
      ['disk_full', 'disk_full'],
    ] as const)('that ends in %s fails with %s, charges nothing and gives everything back', async (code, reason) => {
      portal.runtime.fails('provision', code);
      const { id, taskId } = await launched();
      const failed = await portal.until(someone.token, id, 'failed');
      expect(failed).toMatchObject({
        failure_reason: reason,
        status_group: 'needs_attention',
        billing_started_at: null,
        billing_stopped_at: null,
      });
      expect(await log(id)).toEqual(['requested', 'provisioning', `failed: ${reason}`]);
      const task = await portal.task(someone.token, taskId);
      expect(task.status).toBe('failed');
      expect(task.steps.map(step => step.error?.code ?? null)).toEqual([null, code, null, null]);
      expect((await portal.balance(someone.token)).available.amount).toBe('1000000000');
    });

    it('on a node that stops answering keeps its GPUs held until the node says that nothing is left', async () => {
      portal.runtime.losesAnswers('provision');
      let refusals = 0;
      portal.runtime.at('release:before', () => {
        refusals += 1;
        throw new RuntimeError('node_unreachable', 'silence');
      });
      const { id } = await launched();
      await waitFor(() => refusals >= 3, 'the end to be tried again and again');
      expect(portal.runtime.running()).toEqual([id]);
      expect(await portal.freeGpus()).toBe(atRest.gpusAtStart - 1);
      portal.runtime.heal();
      expect((await portal.until(someone.token, id, 'failed')).failure_reason).toBe('node_unreachable');
      expect(portal.runtime.starts(id)).toBe(1);
    });
  });

  describe('a cancelled launch', () => {
    it('ends what was being made before its GPUs return', async () => {
      const starting = portal.runtime.gate('provision:after');
      const { id, taskId } = await launched();
      await starting.arrived;
      const ending = portal.runtime.gate('release:before');
      const reply = await portal.release(someone.token, id);
      expect([reply.allocation.status, reply.task_id]).toEqual(['releasing', taskId]);
      starting.open();
      await ending.arrived;
      expect(await portal.freeGpus()).toBe(atRest.gpusAtStart - 1);
      expect((await portal.balance(someone.token)).held.amount).toBe('0');
      ending.open();
      await portal.until(someone.token, id, 'released');
      expect((await portal.task(someone.token, taskId)).status).toBe('cancelled');
      expect((await portal.balance(someone.token)).available.amount).toBe('1000000000');
    });

    it('is cancelled through its task as well, once', async () => {
      const starting = portal.runtime.gate('provision:before');
      const { id, taskId } = await launched();
      await starting.arrived;
      const task = await portal.call(cancelTask, { token: someone.token, params: { task_id: taskId } });
      expect(task).toMatchObject({ task_id: taskId, status: 'cancelling' });
      starting.open();
      await portal.until(someone.token, id, 'released');
      expect(await log(id)).toEqual(['requested', 'provisioning', 'releasing: launch_cancelled', 'released']);
      expect(await portal.refusal(cancelTask, { token: someone.token, params: { task_id: taskId } })).toMatchObject({
        status: 409,
        code: 'task_not_cancellable',
      });
    });

    it('at any moment ends in one of two clean ways', async () => {
      const moments = Array.from({ length: 12 }, (_, place) => place);
      const ids = [];
      for (const moment of moments) {
        const { id } = await launched();
        // So many turns of the event loop later, each time at another moment of the launch.
        for (let turn = 0; turn < moment * 8; turn += 1) await new Promise(resolve => setImmediate(resolve));
        await portal.release(someone.token, id);
        ids.push(id);
      }
      for (const id of ids) {
        await portal.until(someone.token, id, 'released');
        expect(portal.runtime.starts(id)).toBeLessThanOrEqual(1);
      }
    });
  });

  describe('a release', () => {
    it('asked for many times at once is one release', async () => {
      const id = await active();
      const ending = portal.runtime.gate('release:before');
      const replies = await Promise.all(Array.from({ length: 10 }, () => portal.release(someone.token, id)));
      ending.open();
      expect(new Set(replies.map(reply => reply.task_id)).size).toBe(1);
      await portal.until(someone.token, id, 'released');
      expect(await log(id)).toEqual(['requested', 'provisioning', 'active', 'releasing: user_requested', 'released']);
      const task = await portal.task(someone.token, replies[0]!.task_id);
      expect([task.kind, ...task.steps.map(step => step.name)]).toEqual([
        'release',
        'stop_access',
        'end_instance',
        'confirm_gone',
        'return_capacity',
      ]);
      const again = await portal.refusal(releaseAllocation, { token: someone.token, params: { allocation_id: id } });
      expect(again).toMatchObject({ status: 409, code: 'allocation_not_releasable', details: { status: 'released' } });
    });

    it('that keeps failing stops billing at the request, holds the GPUs, tells somebody, and can be tried again', async () => {
      const id = await active();
      portal.runtime.fails('release', 'runtime_failed');
      const { allocation: requested } = await portal.release(someone.token, id);
      expect(requested.billing_stopped_at).not.toBeNull();
      const failed = await portal.until(someone.token, id, 'release_failed');
      expect(failed).toMatchObject({
        release_failed_reason: 'runtime_failed',
        billing_stopped_at: requested.billing_stopped_at,
        status_group: 'needs_attention',
      });
      expect(await portal.freeGpus()).toBe(atRest.gpusAtStart - 1);
      expect((await portal.balance(someone.token)).held.amount).toBe('0');
      expect(await attention(id)).toContain('release_failed');

      portal.runtime.heal();
      const retry = await portal.release(someone.token, id);
      expect(retry.task_id).not.toBe(failed.task_id);
      const released = await portal.until(someone.token, id, 'released');
      expect(released).toMatchObject({ release_failed_reason: null, billing_stopped_at: requested.billing_stopped_at });
      expect(await attention(id)).not.toContain('release_failed');
    });

    it('does not believe a node that says it is done and still runs it', async () => {
      const id = await active();
      portal.runtime.at('release:after', () =>
        portal.runtime.world.write(id, { ...portal.runtime.world.read(id)!, state: 'running' }),
      );
      await portal.release(someone.token, id);
      await portal.until(someone.token, id, 'release_failed');
      expect(await portal.freeGpus()).toBe(atRest.gpusAtStart - 1);
      portal.runtime.heal();
      await portal.release(someone.token, id);
    });

    it('cannot be undone by a start that was held up on its way', async () => {
      let open = () => {};
      const heldUp = new Promise<void>(resolve => (open = resolve));
      let arrived = () => {};
      const underWay = new Promise<void>(resolve => (arrived = resolve));
      portal.runtime.at(
        'provision:before',
        () => {
          arrived();
          return heldUp;
        },
        1,
      );
      const { id } = await launched();
      await underWay;
      await portal.release(someone.token, id);
      await portal.until(someone.token, id, 'released');
      open();
      await new Promise(resolve => setImmediate(resolve));
      expect(portal.runtime.starts(id)).toBe(0);
    });
  });

  it('an administrator releases anybody’s, with a reason', async () => {
    const id = await active();
    const admin = await portal.person({ permissions: ['workloads.allocation.force_release'] });
    const params = { allocation_id: id };
    expect(
      await portal.refusal(forceReleaseAllocation, { token: someone.token, params, body: { reason: 'x' } }),
    ).toMatchObject({ status: 403 });
    expect(
      await portal.refusal(forceReleaseAllocation, { token: admin.token, params, body: { reason: ' ' } }),
    ).toMatchObject({ status: 400 });
    const { allocation } = await portal.call(forceReleaseAllocation, {
      token: admin.token,
      params,
      body: { reason: 'node is to be repaired' },
    });
    expect(allocation.status).toBe('releasing');
    await portal.until(someone.token, id, 'released');
    expect(await log(id)).toContain('releasing: node is to be repaired');
    const audited = await portal.services.database.read.all<{ reason: string }>(
      "SELECT reason FROM platform_audit_log WHERE action = 'workloads.allocation.force_release' AND target_id = ?",
      [id],
    );
    expect(audited).toEqual([{ reason: 'node is to be repaired' }]);
  });

  describe('an allocation that runs', () => {
    it('and is gone has failed, is billed to its last sign of life, and gives its GPUs back', async () => {
      const id = await active();
      const { billing_started_at } = await portal.allocation(someone.token, id);
      const lastAliveAt = new Date(billing_started_at!).getTime() + 1;
      portal.runtime.at('observe:before', () => portal.runtime.dies(id, 'stopped', lastAliveAt), 1);
      const failed = await portal.until(someone.token, id, 'failed');
      expect(failed.failure_reason).toBe('runtime_gone');
      expect(new Date(failed.billing_stopped_at!).getTime()).toBeGreaterThanOrEqual(lastAliveAt);
      expect(new Date(failed.billing_stopped_at!).getTime()).toBeLessThanOrEqual(new Date(failed.updated_at).getTime());
      await waitFor(
        async () => (await portal.task(someone.token, failed.task_id!)).status === 'completed',
        'the capacity reclaimed',
      );
      expect(portal.runtime.world.read(id)?.state).toBe('absent');
    });

    it('on a node that does not answer stays active', async () => {
      const id = await active();
      let asked = 0;
      portal.runtime.at('observe:before', () => {
        asked += 1;
        throw new RuntimeError('node_unreachable', 'no answer');
      });
      await waitFor(() => asked >= 3, 'three questions without an answer');
      expect((await portal.allocation(someone.token, id)).status).toBe('active');
      portal.runtime.heal();
      await portal.release(someone.token, id);
    });

    it('is released when the money of its organization is used up, and nobody else’s is', async () => {
      const other = await portal.person();
      const kept = (await portal.launch(other.token)).allocation.allocation_id;
      await portal.until(other.token, kept, 'active');
      const running = await active();
      const starting = portal.runtime.gate('provision:before');
      const { id: preparing } = await launched();
      await starting.arrived;
      const { organizationId } = someone.caller;
      await portal.services.database.transaction(tx =>
        portal.services.outbox.append(tx, {
          eventType: 'billing.balance_depleted',
          correlationId: 'corr_test',
          organizationId,
          resource: { type: 'organization', id: organizationId },
          payload: { organization_id: organizationId },
        }),
      );
      await portal.until(someone.token, running, 'released');
      starting.open();
      await portal.until(someone.token, preparing, 'released');
      for (const id of [running, preparing]) expect(await log(id)).toContain('releasing: balance_depleted');
      expect((await portal.allocation(other.token, kept)).status).toBe('active');
      await portal.release(other.token, kept);
    });
  });

  it('the events of a task are newest first, and page to the oldest', async () => {
    const { id, taskId } = await launched();
    await portal.until(someone.token, id, 'active');
    await waitFor(async () => (await portal.task(someone.token, taskId)).status === 'completed', 'the task completed');
    const positions: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await portal.call(listTaskEvents, {
        token: someone.token,
        params: { task_id: taskId },
        query: { limit: 3, ...(cursor ? { cursor } : {}) },
      });
      positions.push(...page.items.map(event => event.position));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    expect(positions.length).toBeGreaterThan(6);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => b - a));
    await portal.release(someone.token, id);
  });

  it('a launch with a key that was used comes back as it was answered, whatever became of it', async () => {
    const idempotencyKey = crypto.randomUUID();
    const send = () =>
      portal.request('POST', launchAllocation.path, {
        token: someone.token,
        body: portal.body,
        headers: { 'idempotency-key': idempotencyKey },
      });
    const first = await send();
    const id = (first.body.allocation as { allocation_id: string }).allocation_id;
    await portal.until(someone.token, id, 'active');
    await portal.release(someone.token, id);
    await portal.until(someone.token, id, 'released');
    expect((await send()).text).toBe(first.text);
  });
});
