import { RuntimeError } from '@portico/plugin-fleet/port';
import { eachDatabase, waitFor } from '@portico/plugin-kit/testing';
import { cancelTask, getAllocationBatch, releaseAllocationBatch } from '@portico/plugin-workloads/contract';
import { transitionsOf } from '../store/allocations';
import type { Moment } from '../testing/fake-runtime';
import type { Person, Portal } from '../testing/portal';
import { portalAtRest } from '../testing/portal-at-rest';

const MEMBERS = 3;

eachDatabase(db => {
  let portal: Portal;
  let someone: Person;
  const atRest = portalAtRest(db.dialect);
  beforeEach(() => ({ portal, someone } = atRest));

  const launched = async () => {
    const { allocation_batch: batch, allocations } = await portal.launchBatch(someone.token, {
      name: 'sweep',
      count: MEMBERS,
    });
    return { batchId: batch.batch_id, taskId: batch.task_id, ids: allocations.map(one => one.allocation_id) };
  };
  const untilAll = async (ids: readonly string[], status: Parameters<Portal['until']>[2]) => {
    for (const id of ids) await portal.until(someone.token, id, status);
  };
  const log = async (id: string) =>
    (await transitionsOf(portal.services.database.read, id)).map(({ to, reason }) =>
      reason === null ? to : `${to}: ${reason}`,
    );
  const cost = async () => (await portal.balance(someone.token)).available.amount;
  /** Of several alike the first that comes by there. */
  const theFirst = (moment: Moment, fault: (id: string) => void, times = Infinity) => {
    let chosen: string | undefined;
    let left = times;
    portal.runtime.at(moment, id => {
      chosen ??= id;
      if (id !== chosen || left <= 0) return;
      left -= 1;
      fault(id);
    });
  };

  it('tries again what failed for a moment, and starts each once', async () => {
    theFirst(
      'provision:before',
      () => {
        throw new RuntimeError('runtime_failed', 'a hiccup');
      },
      2,
    );
    portal.runtime.losesAnswers('provision', 1);
    const { batchId, ids } = await launched();
    await untilAll(ids, 'active');
    expect(ids.map(id => portal.runtime.starts(id))).toEqual([1, 1, 1]);
    await portal.call(releaseAllocationBatch, { token: someone.token, params: { batch_id: batchId } });
    await untilAll(ids, 'released');
  });

  it('ends as a whole when one of it cannot be started: the others are undone, nothing is billed, and the task says which one it was', async () => {
    let victim = '';
    theFirst('provision:before', id => {
      victim = id;
      throw new RuntimeError('gpu_unavailable', 'no such GPU');
    });
    const { batchId, taskId, ids } = await launched();
    await untilAll(ids, 'failed');
    for (const id of ids) expect(await log(id)).toEqual(['requested', 'provisioning', 'failed: gpu_unavailable']);
    const { allocation_batch: batch } = await portal.call(getAllocationBatch, {
      token: someone.token,
      params: { batch_id: batchId },
    });
    expect(batch.status_counts.failed).toBe(MEMBERS);
    const task = await waitFor(async () => {
      const seen = await portal.task(someone.token, taskId);
      return seen.status === 'failed' && seen;
    }, 'the end of the task');
    const error = task.steps.find(step => step.name === 'start_instance')?.error;
    expect(error).toMatchObject({
      code: 'gpu_unavailable',
      message: expect.stringContaining(`sweep-${ids.indexOf(victim) + 1}: `),
    });
    expect(await cost()).toBe('1000000000');
  });

  it('undoes the others although one of it cannot be undone yet', async () => {
    theFirst('provision:after', () => {
      throw new RuntimeError('isolation_unavailable', 'half made');
    });
    let refused = 0;
    theFirst('release:before', () => {
      refused += 1;
      throw new RuntimeError('node_unreachable', 'silence');
    });
    const { ids } = await launched();
    await waitFor(() => refused >= 3 && portal.runtime.running().length <= 1, 'all but one to be gone');
    expect((await portal.allocation(someone.token, ids[0]!)).status).toBe('provisioning');
    portal.runtime.heal();
    await untilAll(ids, 'failed');
  });

  describe('cancelled through its task', () => {
    it.each([
      ['while its nodes are asked', 'probe:before'],
      ['before the first has started', 'provision:before'],
      ['when something runs already', 'provision:after'],
      ['as it is looked at for the last time', 'observe:before'],
    ] as const)('%s, it leaves nothing', async (_when, moment) => {
      const reached = portal.runtime.gate(moment);
      const { taskId, ids } = await launched();
      await reached.arrived;
      const task = await portal.call(cancelTask, { token: someone.token, params: { task_id: taskId } });
      expect(task.status).toBe('cancelling');
      const again = await portal.call(cancelTask, { token: someone.token, params: { task_id: taskId } });
      expect(again.task_id).toBe(taskId);
      reached.open();
      await untilAll(ids, 'released');
      for (const id of ids) expect((await log(id)).slice(-2)).toEqual(['releasing: launch_cancelled', 'released']);
      expect(await cost()).toBe('1000000000');
      expect(await portal.refusal(cancelTask, { token: someone.token, params: { task_id: taskId } })).toMatchObject({
        status: 409,
        code: 'task_not_cancellable',
      });
    });

    it('at any moment, it ends in one of two clean ways', async () => {
      for (let moment = 0; moment < 8; moment += 1) {
        const { taskId, ids, batchId } = await launched();
        // So many turns of the event loop later, each time at another moment of the launch.
        for (let turn = 0; turn < moment * 12; turn += 1) await new Promise(resolve => setImmediate(resolve));
        const reply = await portal.request('POST', `tasks/${taskId}/cancel`, { token: someone.token });
        expect([202, 409]).toContain(reply.status);
        if (reply.status === 409)
          await portal.call(releaseAllocationBatch, { token: someone.token, params: { batch_id: batchId } });
        await untilAll(ids, 'released');
        for (const id of ids) expect(portal.runtime.starts(id)).toBeLessThanOrEqual(1);
      }
    });
  });

  it('is cancelled as a whole when one of it is released before all are active', async () => {
    const starting = portal.runtime.gate('provision:after');
    const { taskId, ids } = await launched();
    await starting.arrived;
    await portal.release(someone.token, ids[1]!);
    for (const id of ids) expect((await portal.allocation(someone.token, id)).status).toBe('releasing');
    starting.open();
    await untilAll(ids, 'released');
    expect((await portal.task(someone.token, taskId)).status).toBe('cancelled');
  });

  it('is released with all else when the money is used up', async () => {
    const starting = portal.runtime.gate('provision:before');
    const { ids } = await launched();
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
    await untilAll(ids, 'releasing');
    starting.open();
    await untilAll(ids, 'released');
    for (const id of ids) expect(await log(id)).toContain('releasing: balance_depleted');
  });

  it('released by several at once, ends once', async () => {
    const { batchId, ids } = await launched();
    await untilAll(ids, 'active');
    const params = { batch_id: batchId };
    const releases = await Promise.all([
      ...Array.from({ length: 4 }, () =>
        portal.request('POST', `allocation-batches/${batchId}/release`, { token: someone.token }),
      ),
      ...ids.map(id => portal.request('POST', `allocations/${id}/release`, { token: someone.token })),
    ]);
    expect(
      [...new Set(releases.map(({ status }) => status))].filter(status => status !== 202 && status !== 409),
    ).toEqual([]);
    await untilAll(ids, 'released');
    for (const id of ids)
      expect(await log(id)).toEqual(['requested', 'provisioning', 'active', 'releasing: user_requested', 'released']);
    expect(await portal.refusal(releaseAllocationBatch, { token: someone.token, params })).toMatchObject({
      status: 409,
    });
  });
});
