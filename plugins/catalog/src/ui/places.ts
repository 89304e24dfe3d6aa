import type { PageDefinition } from '@portico/plugin-kit/ui';
import type * as adminPages from './admin/catalog-admin-pages';
import type * as pages from './pages';

type Place<Page extends PageDefinition> = Pick<Page, 'name' | 'path' | 'title'>;
type Pages = typeof adminPages & typeof pages;

/**
 * Where the pages are, without what they call: all that has to be loaded before one of them is opened. The types hold each place against the definition of its page.
 */
export const places: { readonly [Name in keyof Pages]: Place<Pages[Name]> } = {
  adminSkusPage: { name: 'admin-skus', path: '/admin/skus', title: 'SKUs' },
  adminSkuPage: { name: 'admin-sku', path: '/admin/skus/:skuId', title: 'SKU' },
  adminOsImagesPage: { name: 'admin-os-images', path: '/admin/os-images', title: 'OS images' },
  adminOsImagePage: { name: 'admin-os-image', path: '/admin/os-images/:imageId', title: 'OS image' },
  catalogPage: { name: 'catalog', path: '/infra/catalog', title: 'Catalog' },
  launchPage: { name: 'launch', path: '/launch', title: 'Launch a workload' },
};
