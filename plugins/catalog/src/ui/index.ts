import { createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { adminExtensions } from './admin-extensions';
import { places } from './places';

export default createFrontendPlugin({
  pluginId: 'catalog',
  extensions: [
    portalPage(places.catalogPage, async () => createElement((await import('./catalog-page')).CatalogPage)),
    portalPage(places.launchPage, async () => createElement((await import('./launch/launch-page')).LaunchPage)),
    ...adminExtensions,
  ],
});
export { adminOsImagePage, adminOsImagesPage, adminSkuPage, adminSkusPage } from './admin/catalog-admin-pages';
export { catalogPage, launchPage } from './pages';
export { TopologyMap } from './topology-map';
