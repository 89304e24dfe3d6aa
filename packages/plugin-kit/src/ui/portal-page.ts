import { createRouteRef, PageBlueprint } from '@backstage/frontend-plugin-api';
import type { ReactElement } from 'react';
import type { PageDefinition } from './page';

/** The Backstage page of a definition. The page draws its own header; its code is loaded when it is first opened. */
export function portalPage(page: Pick<PageDefinition, 'name' | 'path' | 'title'>, load: () => Promise<ReactElement>) {
  return PageBlueprint.make({
    name: page.name,
    params: { path: page.path, title: page.title, noHeader: true, routeRef: createRouteRef(), loader: load },
  });
}
