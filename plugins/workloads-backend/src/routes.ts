import type { ApiRequest, Handlers, RequestContext, TaskRecord, UserCaller } from '@portico/plugin-kit/backend';
import { cutPage, decodeCursor, encodeCursor, isInReach, projectInReach } from '@portico/plugin-kit/backend';
import { common, errorsOf, tagOf, toInstant } from '@portico/plugin-kit/contract';
import { workloadErrors } from '@portico/plugin-workloads/contract';
import type {
  listAllocations as listAllocationsOperation,
  precheckLaunch,
  workloadsContract,
} from '@portico/plugin-workloads/contract';
import { cancelTask } from './actions/cancel-task';
import { launch, type Launch } from './actions/launch';
import { openPublishedPort } from './actions/open-published-port';
import { overview } from './actions/overview';
import { precheck } from './actions/precheck';
import { quote } from './actions/quote';
import { readIdleness } from './actions/read-idleness';
import { readMetrics } from './actions/read-metrics';
import { forceRelease, releaseAttested } from './actions/force-release';
import { listForAdministrators } from './actions/list-for-administrators';
import { nodeAnswers } from './actions/node-answers';
import { releaseBatch } from './actions/release-batch';
import { release } from './actions/release-on-request';
import { setSshKeys } from './actions/set-ssh-keys';
import { createTerminalToken } from './actions/terminal-token';
import { type Allocation, statusesShownAs } from './domain/allocation';
import type { BatchWithMembers } from './domain/batch';
import { recordingRoutes } from './recordings/recording-routes';
import type { Services } from './services';
import { listAllocations } from './store/allocation-list';
import { findAllocation } from './store/allocations';
import { findBatch, membersOf } from './store/batches';
import {
  adminAllocationView,
  allocationView,
  batchView,
  idleView,
  metricsView,
  quoteView,
  taskEventView,
  taskView,
} from './views';

const workload = errorsOf(workloadErrors);
const TASK_EVENTS = 'task-events';
const SPEND_WARNING = 'This goes beyond a limit of spending that warns; details name it and where it was set.';

export function routes(services: Services): Handlers<typeof workloadsContract> {
  const { clock, database, tasks } = services;
  const view = (allocation: Allocation) => allocationView(allocation, services);
  const started = (allocation: Allocation) =>
    ({ status: 202, body: { allocation: view(allocation), task_id: allocation.taskId } }) as const;

  const batchReply = (batch: BatchWithMembers) => ({ status: 202, body: batchView(batch, services) }) as const;

  async function owned(caller: UserCaller, allocationId: string): Promise<Allocation> {
    const allocation = await findAllocation(database.read, allocationId);
    if (!allocation || !isInReach(caller, allocation)) throw common.fail('not_found');
    return allocation;
  }

  async function ownTask(caller: UserCaller, taskId: string): Promise<TaskRecord> {
    const task = await tasks.get(database.read, taskId);
    if (!task || !(isInReach(caller, task) || isOfTheFleet(caller, task))) throw common.fail('not_found');
    return task;
  }

  async function listOwn({ caller, query }: Pick<ApiRequest<typeof listAllocationsOperation>, 'caller' | 'query'>) {
    const { sku_id: skuId, q: search } = query;
    const projectId = projectInReach(caller, query.project_id);
    const tag = query.tag === undefined ? undefined : tagOf(query.tag);
    const filtered = query.status !== undefined || query.status_group !== undefined;
    const statuses = filtered ? statusesShownAs({ displayStatus: query.status, group: query.status_group }) : undefined;
    const page = { limit: query.limit ?? 25, cursor: query.cursor, sort: query.sort ?? '-created_at' };
    const { organizationId } = caller;
    const { allocations, nextCursor } = await listAllocations(
      database.read,
      { organizationId, projectId, skuId, batchId: query.batch_id, tag, search, statuses },
      page,
    );
    return { status: 200, body: { items: allocations.map(view), next_cursor: nextCursor } } as const;
  }

  return {
    launchAllocation: request =>
      request.write(async tx => {
        const { batch, allocations } = await launch(tx, services, contextOf(request), wantedLaunch(request));
        return batch === null ? started(allocations[0]) : batchReply({ batch, members: allocations });
      }),

    async quoteLaunch({ caller, body }) {
      const quoted = await quote(database.read, services, {
        caller,
        skuId: body.sku_id,
        gpuCount: body.gpu_count,
        count: body.count ?? 1,
        now: clock.now(),
      });
      return { status: 200, body: quoteView(quoted) };
    },

    async precheckLaunch(request) {
      const options = { context: contextOf(request), request: wantedLaunch(request), now: clock.now() };
      const { failures, warnings } = await precheck(database.read, services, options);
      return {
        status: 200,
        body: {
          passed: failures.length === 0,
          failures: failures.map(failure => ({ ...failure })),
          warnings: warnings.map(({ details }) => ({ code: 'spend_warning', message: SPEND_WARNING, details })),
        },
      };
    },

    listAllocations: listOwn,
    listWorkloads: listOwn,

    async getAllocation({ caller, params }) {
      const allocation = await owned(caller, params.allocation_id);
      return { status: 200, body: idleView(view(allocation), await readIdleness(services, allocation)) };
    },

    releaseAllocation: request =>
      request.write(async tx =>
        started(
          await release(tx, services, { context: contextOf(request), allocationId: request.params.allocation_id }),
        ),
      ),

    ...recordingRoutes(services),

    async getAllocationBatch({ caller, params }) {
      const batch = await findBatch(database.read, params.batch_id);
      if (!batch || !isInReach(caller, batch)) throw common.fail('not_found');
      const members = await membersOf(database.read, batch.batchId);
      return { status: 200, body: batchView({ batch, members }, services) };
    },

    releaseAllocationBatch: request =>
      request.write(async tx => {
        const options = { context: contextOf(request), batchId: request.params.batch_id };
        return batchReply(await releaseBatch(tx, services, options));
      }),

    createTerminalToken: request =>
      request.write(async tx => {
        const made = await createTerminalToken(tx, services, {
          context: contextOf(request),
          allocationId: request.params.allocation_id,
        });
        return {
          status: 201,
          body: { token: made.token, expires_at: toInstant(made.expiresAt), websocket_path: made.websocketPath },
        };
      }),

    openPublishedPort: request =>
      request.write(async tx => {
        const made = await openPublishedPort(tx, services, {
          context: contextOf(request),
          allocationId: request.params.allocation_id,
          port: Number(request.params.port),
        });
        return {
          status: 201,
          body: { ticket: made.ticket, enter_url: made.enterUrl, expires_at: toInstant(made.expiresAt) },
        };
      }),

    async getAllocationSshKeys({ caller, params }) {
      const { sshKeyIds } = await owned(caller, params.allocation_id);
      return { status: 200, body: { ssh_key_ids: sshKeyIds && [...sshKeyIds] } };
    },

    setAllocationSshKeys: request =>
      request.write(async tx => {
        const options = {
          context: contextOf(request),
          allocationId: request.params.allocation_id,
          keyIds: request.body.ssh_key_ids,
        };
        return { status: 200, body: view(await setSshKeys(tx, services, options)) };
      }),

    async getAllocationMetrics({ caller, params, query }) {
      const allocation = await owned(caller, params.allocation_id);
      const options = { allocation, range: query.range ?? '1h', resolution: query.resolution ?? 'auto' } as const;
      return { status: 200, body: metricsView(await readMetrics(services, options)) };
    },

    async getTask({ caller, params }) {
      const task = await ownTask(caller, params.task_id);
      return { status: 200, body: taskView(task, await tasks.expectedSeconds(database.read, task.kind)) };
    },

    async listTaskEvents({ caller, params, query }) {
      const { taskId } = await ownTask(caller, params.task_id);
      const limit = query.limit ?? 25;
      const before =
        query.cursor === undefined ? undefined : Number(decodeCursor(TASK_EVENTS, query.cursor, ['number'])[0]);
      const events = await tasks.events(database.read, {
        taskId,
        limit: limit + 1,
        ...(before === undefined ? {} : { before }),
      });
      const { shown, nextCursor } = cutPage(events, limit, last => encodeCursor(TASK_EVENTS, [last.position]));
      return { status: 200, body: { items: shown.map(taskEventView), next_cursor: nextCursor } };
    },

    cancelTask: request =>
      request.write(async tx => {
        const task = await cancelTask(tx, services, { context: contextOf(request), taskId: request.params.task_id });
        return { status: 202, body: taskView(task, await tasks.expectedSeconds(tx, task.kind)) };
      }),

    getAdminOverview: async () => ({ status: 200, body: await overview(database.read, services, clock.now()) }),

    async listAdminAllocations({ query }) {
      const listed = await listForAdministrators(services, query);
      const usernames = await services.access.usernames(database.read, [
        ...new Set(listed.allocations.map(({ userId }) => userId)),
      ]);
      const items = listed.allocations.map(allocation =>
        adminAllocationView(allocation, { addresses: services, usernames }),
      );
      return { status: 200, body: { items, next_cursor: listed.nextCursor } };
    },

    async forceReleaseAllocation(request) {
      const { allocation_id: allocationId } = request.params;
      const options = { context: contextOf(request), allocationId, reason: request.body.reason };
      if (request.body.attest_absent !== true)
        return request.write(async tx => started(await forceRelease(tx, services, options)));
      if (await nodeAnswers(services, allocationId)) throw workload.fail('node_reachable');
      return request.write(async tx => started(await releaseAttested(tx, services, options)));
    },
  };
}

/** What brings a node in belongs to no organization: it is seen by whoever sees the node. */
function isOfTheFleet({ permissions }: UserCaller, { organizationId, resource }: TaskRecord): boolean {
  return organizationId === null && resource.type === 'node' && permissions.has('fleet.node.read');
}

function contextOf(request: RequestContext): RequestContext {
  return { caller: request.caller, actor: request.actor, correlationId: request.correlationId };
}

/** Launch and precheck take the same body. */
function wantedLaunch({ body, caller }: Pick<ApiRequest<typeof precheckLaunch>, 'body' | 'caller'>): Launch {
  return {
    name: body.name,
    skuId: body.sku_id,
    gpuCount: body.gpu_count,
    imageId: body.image_id,
    sshKeyIds: body.ssh_key_ids,
    projectId: projectInReach(caller, body.project_id) ?? caller.projectId,
    quoteId: body.quote_id,
    networkMode: body.network?.mode ?? 'egress',
    publishedPorts: (body.network?.published_ports ?? []).map(({ port, name }) => ({ port, name })),
    count: body.count ?? 1,
    spread: body.spread ?? false,
    region: body.region,
    tags: body.tags ?? {},
  };
}
