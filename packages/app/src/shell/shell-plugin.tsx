import {
  coreExtensionData,
  createExtension,
  createExtensionInput,
  createFrontendPlugin,
  ExtensionBoundary,
} from '@backstage/frontend-plugin-api';
import type { ApiHolder } from '@backstage/frontend-plugin-api';
import { createVersionedContext, createVersionedValueMap } from '@backstage/version-bridge';
import { bannerInput } from '@portico/plugin-kit/ui';
import { PageState, useDocumentTitle } from '@portico/ui';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Fragment } from 'react';
import type { ReactNode } from 'react';
import { BrowserRouter, useRoutes } from 'react-router-dom';
import { homePage } from '../home/home-extension';
import { Layout } from './layout';
import { SessionProvider } from './session-provider';
import { shellApis } from './shell-apis';
import { SignInGate } from './sign-in-gate';

const { reactElement, routePath, routeRef, title, icon } = coreExtensionData;

/** Where Backstage's `useApi` looks; its own default app makes the same context. */
const ApiContext = createVersionedContext<{ 1: ApiHolder }>('api-context');

/** What was read stays fresh for so long; events tell of changes sooner. */
const STALE_MILLISECONDS = 5_000;
const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: STALE_MILLISECONDS, refetchOnWindowFocus: true } },
});

const App = createExtension({
  attachTo: { id: 'root', input: 'app' },
  inputs: { root: createExtensionInput([reactElement], { singleton: true }) },
  output: [reactElement],
  factory: ({ node, apis, inputs }) => [
    reactElement(
      <ApiContext.Provider value={createVersionedValueMap({ 1: apis })}>
        <ExtensionBoundary node={node}>{inputs.root.get(reactElement)}</ExtensionBoundary>
      </ApiContext.Provider>,
    ),
  ],
});

const Root = createExtension({
  name: 'root',
  attachTo: { id: 'app', input: 'root' },
  inputs: {
    children: createExtensionInput([reactElement], { singleton: true, optional: true }),
    elements: createExtensionInput([reactElement]),
  },
  output: [reactElement],
  factory: ({ inputs }) => [
    reactElement(
      <BrowserRouter>
        <QueryClientProvider client={queries}>
          {inputs.elements.map((element, place) => (
            <Fragment key={place}>{element.get(reactElement)}</Fragment>
          ))}
          <SessionProvider>
            {state => <SignInGate state={state}>{inputs.children?.get(reactElement)}</SignInGate>}
          </SessionProvider>
        </QueryClientProvider>
      </BrowserRouter>,
    ),
  ],
});

const AppLayout = createExtension({
  name: 'layout',
  attachTo: { id: 'app/root', input: 'children' },
  inputs: { content: createExtensionInput([reactElement], { singleton: true }), banners: bannerInput },
  output: [reactElement],
  factory: ({ inputs }) => [
    reactElement(
      <Layout
        banners={inputs.banners.map((banner, place) => (
          <Fragment key={place}>{banner.get(reactElement)}</Fragment>
        ))}
      >
        {inputs.content.get(reactElement)}
      </Layout>,
    ),
  ],
});

interface Route {
  path: string;
  element: ReactNode;
}

function NotFound() {
  useDocumentTitle('Not found');
  return <PageState state={{ kind: 'not_found', backTo: '/', backLabel: 'Go home' }} />;
}

function Routes({ routes }: { routes: readonly Route[] }) {
  return useRoutes([
    ...routes.map(route => ({
      path: route.path === '/' ? '/' : `${route.path.replace(/\/$/, '')}/*`,
      element: route.element,
    })),
    { path: '*', element: <NotFound /> },
  ]);
}

const AppRoutes = createExtension({
  name: 'routes',
  attachTo: { id: 'app/layout', input: 'content' },
  inputs: {
    routes: createExtensionInput([routePath, routeRef.optional(), reactElement, title.optional(), icon.optional()]),
  },
  output: [reactElement],
  factory: ({ inputs }) => [
    reactElement(
      <Routes
        routes={inputs.routes.map(route => ({ path: route.get(routePath), element: route.get(reactElement) }))}
      />,
    ),
  ],
});

/** The shell: root, layout, routes and the utility APIs the framework asks for, in place of Backstage's default app. */
export const shellPlugin = createFrontendPlugin({
  pluginId: 'app',
  extensions: [App, Root, AppLayout, AppRoutes, homePage, ...shellApis],
});
