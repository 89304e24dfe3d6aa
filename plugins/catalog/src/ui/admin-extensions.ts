import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { places } from './places';

/** The pages of those who look after the catalogue. */
export const adminExtensions = [
  portalPage(places.adminSkusPage, async () => createElement((await import('./admin/skus-page')).AdminSkusPage)),
  portalPage(places.adminSkuPage, async () => createElement((await import('./admin/sku-page')).AdminSkuPage)),
  portalPage(places.adminOsImagesPage, async () =>
    createElement((await import('./admin/os-images-page')).AdminOsImagesPage),
  ),
  portalPage(places.adminOsImagePage, async () =>
    createElement((await import('./admin/os-image-page')).AdminOsImagePage),
  ),
];
