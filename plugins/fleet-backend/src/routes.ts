import { cutPage, decodeCursor, encodeCursor } from '@portico/plugin-kit/backend';
import type { Clock, Database, Handlers } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { fleetContract } from '@portico/plugin-fleet/contract';
import { groupBy } from './domain/group-by';
import { nodeItem, slotItem } from './node-view';
import { newestNodes, nodeById } from './store/nodes';
import { numaDomainsOf, slotsOfNode, summarizeSlots } from './store/slots';
import { readTopology } from './topology-view';

const NODES = 'fleet.nodes';
const SLOTS = 'fleet.slots';

type ReadingOperations = 'listNodes' | 'listResourceSlots' | 'getFleetTopology';

/** What there is and who holds it. */
export function fleetRoutes({
  database: { read },
  clock,
}: {
  database: Database;
  clock: Clock;
}): Pick<Handlers<typeof fleetContract>, ReadingOperations> {
  return {
    async listNodes({ query }) {
      const before = query.cursor === undefined ? undefined : Number(decodeCursor(NODES, query.cursor, ['number'])[0]);
      const { shown, nextCursor } = cutPage(
        await newestNodes(read, {
          status: query.status,
          name: query.name,
          region: query.region,
          before,
          limit: query.limit + 1,
        }),
        query.limit,
        last => encodeCursor(NODES, [last.ordinal]),
      );
      const ids = shown.map(node => node.node_id);
      const summaries = groupBy(await summarizeSlots(read, ids), summary => summary.node_id);
      const numaDomains = await numaDomainsOf(read, ids);
      const items = shown.map(node =>
        nodeItem(node, {
          summaries: summaries.get(node.node_id) ?? [],
          numaDomains: numaDomains.get(node.node_id) ?? 0,
        }),
      );
      return { status: 200, body: { items, next_cursor: nextCursor } };
    },

    async listResourceSlots({ params, query }) {
      if ((await nodeById(read, params.node_id)) === undefined) throw common.fail('not_found');
      const cursor =
        query.cursor === undefined ? undefined : decodeCursor(SLOTS, query.cursor, ['number', 'number', 'string']);
      const after =
        cursor === undefined
          ? undefined
          : { gpuIndex: Number(cursor[0]), part: Number(cursor[1]), slotId: String(cursor[2]) };
      const { shown, nextCursor } = cutPage(
        await slotsOfNode(read, { nodeId: params.node_id, status: query.status, after, limit: query.limit + 1 }),
        query.limit,
        last => encodeCursor(SLOTS, [last.gpu_index, last.part, last.slot_id]),
      );
      return { status: 200, body: { items: shown.map(slotItem), next_cursor: nextCursor } };
    },

    async getFleetTopology({ query, caller }) {
      const view = { gpuModel: query.gpu_model, organizationId: caller.organizationId, now: clock.now() };
      return { status: 200, body: await readTopology(read, view) };
    },
  };
}
