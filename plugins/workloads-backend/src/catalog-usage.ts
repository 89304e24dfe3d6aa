import { createServiceFactory } from '@backstage/backend-plugin-api';
import { catalogUsageRef } from '@portico/plugin-catalog/port';
import { holdingOf } from './store/catalog-usage';

/** Whoever takes hardware or an image out of the catalogue is told how much was launched from it and still holds GPUs. */
export const catalogUsageFactory = createServiceFactory({
  service: catalogUsageRef,
  deps: {},
  factory: () => ({ inUse: holdingOf }),
});
