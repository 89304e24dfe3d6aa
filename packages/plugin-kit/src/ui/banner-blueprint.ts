import { coreExtensionData, createExtensionBlueprint, createExtensionInput } from '@backstage/frontend-plugin-api';
import type { ReactElement } from 'react';

/** Where the shell takes banners that stand above every page. */
export const bannerInput = createExtensionInput([coreExtensionData.reactElement]);

/** A banner above every page of somebody signed in, such as a low balance. It renders nothing while there is nothing to say. */
export const BannerBlueprint = createExtensionBlueprint({
  kind: 'banner',
  attachTo: { id: 'app/layout', input: 'banners' },
  output: [coreExtensionData.reactElement],
  factory: (params: { element: ReactElement }) => [coreExtensionData.reactElement(params.element)],
});
