import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { adminOsImagePage, adminOsImagesPage, adminSkuPage, adminSkusPage } from './admin/catalog-admin-pages';

/** The pages of those who look after the catalogue. */
export const adminExtensions = [
  portalPage(adminSkusPage, async () => createElement((await import('./admin/skus-page')).AdminSkusPage)),
  portalPage(adminSkuPage, async () => createElement((await import('./admin/sku-page')).AdminSkuPage)),
  portalPage(adminOsImagesPage, async () => createElement((await import('./admin/os-images-page')).AdminOsImagesPage)),
  portalPage(adminOsImagePage, async () => createElement((await import('./admin/os-image-page')).AdminOsImagePage)),
];
