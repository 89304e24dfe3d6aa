import { getAnyOrganization, listAllOrganizations } from '@portico/plugin-access/contract';
import { definePage } from '@portico/plugin-kit/ui';
import {
  createOsImage,
  getAdminOsImage,
  listAdminOsImages,
  offerOsImage,
  setDefaultOsImage,
  updateOsImage,
  withdrawOsImage,
} from '../../contract/image-admin-operations';
import { listOsImages } from '../../contract/operations';
import { listRegions } from '../../contract/regions';
import {
  cancelSkuPrice,
  createSku,
  getAdminSku,
  listAdminSkus,
  offerSku,
  setSkuPrice,
  updateSku,
  withdrawSku,
} from '../../contract/sku-admin-operations';

export const adminSkusPage = definePage({
  name: 'admin-skus',
  path: '/admin/skus',
  title: 'SKUs',
  operations: { listAdminSkus, createSku },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const adminSkuPage = definePage({
  name: 'admin-sku',
  path: '/admin/skus/:skuId',
  title: 'SKU',
  operations: {
    getAdminSku,
    updateSku,
    withdrawSku,
    offerSku,
    setSkuPrice,
    cancelSkuPrice,
    listOsImages,
    listRegions,
    listAllOrganizations,
    getAnyOrganization,
  },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const adminOsImagesPage = definePage({
  name: 'admin-os-images',
  path: '/admin/os-images',
  title: 'OS images',
  operations: { listAdminOsImages, createOsImage },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const adminOsImagePage = definePage({
  name: 'admin-os-image',
  path: '/admin/os-images/:imageId',
  title: 'OS image',
  operations: { getAdminOsImage, updateOsImage, withdrawOsImage, offerOsImage, setDefaultOsImage },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});
