import type { Database, Handlers } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { fleetContract } from '@portico/plugin-fleet/contract';
import { nodeById } from './store/nodes';
import { demandAsked, drainPreview, whatIf } from './what-if';

/** Questions of administrators to placement. They read, and change nothing. */
export function placementRoutes({
  database: { read },
}: {
  database: Database;
}): Pick<Handlers<typeof fleetContract>, 'whatIfPlacement' | 'previewDrain'> {
  return {
    async whatIfPlacement({ body }) {
      const drainedNodeIds = body.drained_node_ids ?? [];
      for (const nodeId of drainedNodeIds)
        if ((await nodeById(read, nodeId)) === undefined) throw common.fail('not_found');
      const wanted = { demand: demandAsked(body), copies: body.copies ?? 1, spread: body.spread ?? false };
      const supposed = { drainedNodeIds, freedAllocationIds: body.freed_allocation_ids ?? [] };
      return { status: 200, body: await whatIf(read, wanted, supposed) };
    },

    async previewDrain({ params }) {
      if ((await nodeById(read, params.node_id)) === undefined) throw common.fail('not_found');
      return { status: 200, body: await drainPreview(read, params.node_id) };
    },
  };
}
