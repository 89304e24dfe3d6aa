import { createServiceFactory } from '@backstage/backend-plugin-api';
import { actorNamesRef } from '@portico/plugin-kit/backend';
import { nodeOccupantsRef } from '@portico/plugin-fleet/port';
import { findAllocations } from './store/allocations';

/** Whose allocations are in the way of taking a node out. */
export const nodeOccupantsFactory = createServiceFactory({
  service: nodeOccupantsRef,
  deps: { actorNames: actorNamesRef },
  factory: ({ actorNames }) => ({
    async of(queries, allocationIds) {
      const allocations = await findAllocations(queries, allocationIds);
      const names = await actorNames.ofUsers(
        queries,
        allocations.map(allocation => allocation.userId),
      );
      return allocations.map(({ allocationId, name, userId }) => ({
        allocationId,
        name,
        username: names.get(userId) ?? null,
      }));
    },
  }),
});
