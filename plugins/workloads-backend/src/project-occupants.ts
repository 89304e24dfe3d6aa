import { createServiceFactory } from '@backstage/backend-plugin-api';
import { projectOccupantsRef } from '@portico/plugin-access/port';
import { countUnfinishedIn } from './store/allocations';

/** A project with something in it that runs, or is not yet confirmed gone, is not deleted. */
export const projectOccupantsFactory = createServiceFactory({
  service: projectOccupantsRef,
  deps: {},
  factory: () => ({ kind: 'allocation', count: countUnfinishedIn }),
});
