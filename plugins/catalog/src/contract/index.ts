import { defineContract } from '@portico/plugin-kit/contract';
import { catalogErrors } from './errors';
import {
  createOsImage,
  getAdminOsImage,
  listAdminOsImages,
  offerOsImage,
  setDefaultOsImage,
  updateOsImage,
  withdrawOsImage,
} from './image-admin-operations';
import { getSku, listOsImages, listSkus } from './operations';
import { catalogPermissions } from './permissions';
import { listRegions } from './regions';
import {
  cancelSkuPrice,
  createSku,
  getAdminSku,
  listAdminSkus,
  offerSku,
  setSkuPrice,
  updateSku,
  withdrawSku,
} from './sku-admin-operations';

export const catalogContract = defineContract({
  plugin: 'catalog',
  operations: {
    listSkus,
    getSku,
    listOsImages,
    listRegions,
    listAdminSkus,
    getAdminSku,
    createSku,
    updateSku,
    withdrawSku,
    offerSku,
    setSkuPrice,
    cancelSkuPrice,
    listAdminOsImages,
    getAdminOsImage,
    createOsImage,
    updateOsImage,
    withdrawOsImage,
    offerOsImage,
    setDefaultOsImage,
  },
  errors: catalogErrors,
  permissions: catalogPermissions,
  events: {},
});

export { catalogErrors } from './errors';
export {
  createOsImage,
  getAdminOsImage,
  listAdminOsImages,
  offerOsImage,
  setDefaultOsImage,
  updateOsImage,
  withdrawOsImage,
} from './image-admin-operations';
export { defaultUserSchema, imageDigestSchema, imageSourceSchema, isPreloaded } from './image-source';
export { IMAGES_MAX, PRICE_HISTORY_MAX, REGIONS_MAX, SKUS_MAX } from './limits';
export { getSku, listOsImages, listSkus } from './operations';
export { catalogPermissions } from './permissions';
export { listRegions } from './regions';
export { availabilitySchema, osImageSchema, skuSchema, skuShapeSchema, unavailableReasons } from './schemas';
export { catalogSettings } from './settings';
export {
  cancelSkuPrice,
  createSku,
  getAdminSku,
  listAdminSkus,
  offerSku,
  setSkuPrice,
  updateSku,
  withdrawSku,
} from './sku-admin-operations';
export type { CatalogPort, CatalogUsage, OsImage, Sku } from './port';
