import type { RealNode } from '../../../fleet-backend/src/testing/real-nodes';
import { describeWithRealNodes, startRealNode } from '../../../fleet-backend/src/testing/real-nodes';
import { waitFor } from '@portico/plugin-kit/testing';
import { startPortalOnRealNode } from '../testing/portal-on-real-node';
import type { PortalOnRealNode } from '../testing/portal-on-real-node';

const GPUS = 4;
/** Giving up takes three attempts, and undoing may have to wait for a node to come back. */
const CASE_MILLISECONDS = 90_000;

/** What a fault may wait for. */
interface Moments {
  podmanHangs(): Promise<unknown>;
  stepFailed(): Promise<unknown>;
}

interface Fault {
  readonly name: string;
  readonly image?: string;
  /** Before the launch is asked for. */
  readonly before?: (node: RealNode) => Promise<unknown>;
  /** Once the node has begun with it. */
  readonly during?: (node: RealNode, moment: Moments) => Promise<unknown>;
  /** Once the launch has failed, to let the rest be undone. */
  readonly after?: (node: RealNode) => Promise<unknown>;
  readonly ends: { status: 'active' } | { status: 'failed'; reason: string; says: RegExp };
}

const faults: readonly Fault[] = [
  {
    name: 'the image is nowhere',
    image: 'Nowhere',
    ends: { status: 'failed', reason: 'image_missing', says: /image/i },
  },
  {
    name: 'the disk has no room for a home',
    before: node => node.fillDisk(1024 * 1024),
    after: node => node.freeDisk(),
    ends: { status: 'failed', reason: 'disk_full', says: /disk|space/i },
  },
  {
    // Even podman itself writes before it looks, so nothing can be undone before somebody makes room.
    name: 'not a byte is left on the disk, until somebody makes room',
    before: node => node.fillDisk(),
    during: async (node, { stepFailed }) => {
      await stepFailed();
      await node.freeDisk();
    },
    ends: { status: 'failed', reason: 'disk_full', says: /disk/i },
  },
  {
    name: 'the container is made and does not start',
    before: node => node.breakPodman('*start*', 'it will not start'),
    after: node => node.mendPodman(),
    ends: { status: 'failed', reason: 'runtime_failed', says: /it will not start/ },
  },
  {
    name: 'podman hangs',
    before: node => node.hangPodman('*create*'),
    after: node => node.mendPodman(),
    ends: { status: 'failed', reason: 'deadline_exceeded', says: /./ },
  },
  {
    name: 'the node loses power in the middle and comes back',
    before: node => node.hangPodman('*create*'),
    during: async (node, { podmanHangs }) => {
      await podmanHangs();
      await node.crash();
      await node.boot();
    },
    ends: { status: 'active' },
  },
  {
    name: 'the network is cut in the middle and comes back in time',
    before: node => node.hangPodman('*create*'),
    during: async (node, { podmanHangs }) => {
      await podmanHangs();
      await node.partition();
      await node.mendPodman();
      await node.heal();
    },
    ends: { status: 'active' },
  },
  {
    name: 'the network is cut in the middle and comes back when everybody has given up',
    before: node => node.hangPodman('*create*'),
    during: async (node, { podmanHangs }) => {
      await podmanHangs();
      await node.partition();
    },
    after: async node => {
      await node.mendPodman();
      await node.heal();
    },
    ends: { status: 'failed', reason: 'node_unreachable', says: /^The node could not be reached/ },
  },
  {
    name: 'the clock of the node is two hours ahead',
    before: node => node.skewClock(7_200),
    after: node => node.skewClock(0),
    ends: { status: 'active' },
  },
];

describeWithRealNodes('a launch on a real node when', () => {
  let node: RealNode;
  let portal: PortalOnRealNode;
  let token: string;
  beforeAll(async () => {
    [node, portal] = await Promise.all([
      startRealNode({ name: 'gpu-1', gpus: GPUS }),
      startPortalOnRealNode({
        settings: {
          workloads: { tasks: { attemptsMax: 4, backoffSeconds: 0.5, backoffSecondsMax: 1, deadlineSeconds: 6 } },
        },
      }),
    ]);
    await portal.enrol(node);
    ({ token } = await portal.signUp());
  }, 90_000);
  afterAll(async () => {
    await portal?.stop();
    await node?.stop();
  });

  it.each(faults.map(fault => [fault.name, fault] as const))(
    '%s',
    async (_name, { image, before, during, after, ends }) => {
      await waitFor(async () => (await portal.freeGpus()) === GPUS, 'a node that is ready and free');
      try {
        await before?.(node);
        const { allocationId, taskId } = await portal.launch(token, { gpu_count: 2, ...(image && { image }) });
        const hung = async () => (await node.run('pgrep -f "sleep 100000"')).status === 0;
        const failed = async () => (await portal.task(token, taskId)).steps.some(({ status }) => status === 'failed');
        await during?.(node, {
          podmanHangs: () => waitFor(hung, 'podman to hang'),
          stepFailed: () => waitFor(failed, 'a step to fail'),
        });
        const ended = await portal.until(token, allocationId, ends.status);
        if (ends.status === 'failed') {
          expect(ended).toMatchObject({ failure_reason: ends.reason, billing_started_at: null });
          const { steps } = await portal.task(token, taskId);
          expect(steps.findLast(({ error }) => error !== null)?.error?.message).toMatch(ends.says);
        } else {
          // One, whoever began it.
          expect(await node.containers()).toEqual([`portico-${allocationId}`]);
          await portal.release(token, allocationId);
          await portal.until(token, allocationId, 'released');
        }
      } finally {
        await after?.(node);
      }
      await waitFor(async () => (await portal.freeGpus()) === GPUS, 'all GPUs to be free');
      expect(await portal.leftOn(node)).toEqual([]);
      expect((await portal.balance(token)).held.amount).toBe('0');
      await portal.assertBooksBalance();
    },
    CASE_MILLISECONDS,
  );

  it(
    'it runs already and the node loses power: it has ended, the bill with it, and what is left there is taken away',
    async () => {
      const { allocationId } = await portal.launch(token, { gpu_count: 1 });
      await portal.until(token, allocationId, 'active');
      await node.crash();
      await node.boot();
      const ended = await portal.until(token, allocationId, 'failed');
      expect(ended).toMatchObject({ failure_reason: 'runtime_gone', billing_stopped_at: expect.any(String) });
      await waitFor(async () => (await portal.freeGpus()) === GPUS, 'all GPUs to be free');
      expect(await portal.leftOn(node)).toEqual([]);
      await portal.assertBooksBalance();
    },
    CASE_MILLISECONDS,
  );

  it(
    'it runs already and the network is cut for a while: it goes on, terminals come back, and a worker from before is refused',
    async () => {
      const { allocationId } = await portal.launch(token, { gpu_count: 1 });
      await portal.until(token, allocationId, 'active');
      const { services } = portal;
      const reached = (await services.fleet.runtimeOf(services.database.read, allocationId))!;
      const begun = await node.read(`podman inspect --format '{{.State.StartedAt}}' portico-${allocationId}`);
      await node.partition();
      const { nodeId } = reached.instance.node;
      await waitFor(async () => (await portal.node(nodeId)).status === 'unreachable', 'a node that is unreachable');
      expect((await portal.allocation(token, allocationId)).status).toBe('active');
      await node.heal();
      await waitFor(async () => (await portal.node(nodeId)).status === 'ready', 'a node that is ready again');
      expect(await node.read(`podman inspect --format '{{.State.StartedAt}}' portico-${allocationId}`)).toBe(begun);
      await expect(reached.runtime.release({ ...reached.instance, fencingToken: 0 })).rejects.toMatchObject({
        code: 'stale_fencing_token',
      });
      const shell = await reached.runtime.openShell(reached.instance, { sessionId: 'after', cols: 80, rows: 24 });
      let said = '';
      shell.onOutput(chunk => (said += Buffer.from(chunk).toString()));
      shell.write(Buffer.from('echo al""ive\n'));
      await waitFor(() => said.includes('alive\r\n'), 'the shell to answer');
      shell.terminate();
      await portal.release(token, allocationId);
      await portal.until(token, allocationId, 'released');
      expect(await portal.leftOn(node)).toEqual([]);
      await portal.assertBooksBalance();
    },
    CASE_MILLISECONDS,
  );
});
