import { defineContract } from '@portico/plugin-kit/contract';
import { getSku, listOsImages, listSkus } from './operations';
import { catalogPermissions } from './permissions';

export const catalogContract = defineContract({
  plugin: 'catalog',
  operations: { listSkus, getSku, listOsImages },
  errors: {},
  permissions: catalogPermissions,
  events: {},
});

export { getSku, listOsImages, listSkus } from './operations';
export { catalogPermissions } from './permissions';
export { availabilitySchema, osImageSchema, skuSchema, skuShapeSchema, unavailableReasons } from './schemas';
export { catalogSettings } from './settings';
export type { CatalogPort, OsImage, Sku } from './port';
