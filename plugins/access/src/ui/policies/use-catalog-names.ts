import { useOperation } from '@portico/plugin-kit/ui';
import type { platformPoliciesPage, policiesPage } from './policy-pages';
import type { CatalogNames } from './policy-words';

export interface Catalog {
  readonly names: CatalogNames;
  readonly skus: readonly { readonly value: string; readonly label: string }[];
  readonly images: readonly { readonly value: string; readonly label: string }[];
  readonly regions: readonly { readonly value: string; readonly label: string }[];
}

/** Hardware and images by name, as policies know their ids; regions are their own names. */
export function useCatalog(page: typeof policiesPage | typeof platformPoliciesPage): Catalog {
  const declared: Pick<typeof policiesPage, 'name' | 'path' | 'title' | 'states'> & {
    operations: Pick<typeof policiesPage.operations, 'listSkus' | 'listOsImages' | 'listRegions'>;
  } = page as typeof policiesPage;
  const skus = useOperation(declared, 'listSkus', {});
  const images = useOperation(declared, 'listOsImages', {});
  const regions = useOperation(declared, 'listRegions', {});
  const options = {
    skus: (skus.data?.items ?? []).map(sku => ({ value: sku.sku_id, label: sku.name })),
    images: (images.data?.items ?? []).map(image => ({
      value: image.image_id,
      label: `${image.name} ${image.version}`,
    })),
    regions: (regions.data?.items ?? []).map(({ region }) => ({ value: region, label: region })),
  };
  return { ...options, names: new Map([...options.skus, ...options.images].map(({ value, label }) => [value, label])) };
}
