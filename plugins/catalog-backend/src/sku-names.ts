import { createServiceFactory } from '@backstage/backend-plugin-api';
import { skuNamesRef } from '@portico/plugin-billing/port';
import { catalogPortRef } from '@portico/plugin-catalog/port';
import { skuNames } from './store/sku-names';

/** Bills tell hardware by name. */
export const skuNamesFactory = createServiceFactory({
  service: skuNamesRef,
  // The tables are there once the port is.
  deps: { port: catalogPortRef },
  factory: () => ({ ofSkus: skuNames }),
});
