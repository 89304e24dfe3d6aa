import {
  ApiBlueprint,
  configApiRef,
  discoveryApiRef,
  errorApiRef,
  featureFlagsApiRef,
  fetchApiRef,
  pluginHeaderActionsApiRef,
  swappableComponentsApiRef,
} from '@backstage/frontend-plugin-api';
import { apiClientRef, createApiClient, createLiveEvents, liveEventsRef } from '@portico/plugin-kit/ui';
import { swappableComponents } from './page-layout';
import { requestState } from './request-state';

/** The utility APIs of the shell: ours, and the few Backstage ones its framework asks for. */
export const shellApis = [
  ApiBlueprint.make({
    name: 'client',
    params: define =>
      define({
        api: apiClientRef,
        deps: {},
        factory: () =>
          createApiClient({
            headers: requestState.headers,
            onSignedOut: requestState.signedOut,
            onRefused: requestState.refused,
            onProofWanted: requestState.proofWanted,
          }),
      }),
  }),
  ApiBlueprint.make({
    name: 'live-events',
    params: define =>
      define({ api: liveEventsRef, deps: {}, factory: () => createLiveEvents({ url: '/api/v1/events' }) }),
  }),
  ApiBlueprint.make({
    name: 'error',
    params: define =>
      define({
        api: errorApiRef,
        deps: {},
        factory: () => ({
          post: error => console.error(error),
          error$: () => {
            throw new Error('Errors are shown where they occur; there is no stream of them.');
          },
        }),
      }),
  }),
  ApiBlueprint.make({
    name: 'feature-flags',
    params: define =>
      define({
        api: featureFlagsApiRef,
        deps: {},
        factory: () => ({ registerFlag() {}, getRegisteredFlags: () => [], isActive: () => false, save() {} }),
      }),
  }),
  ApiBlueprint.make({
    name: 'plugin-header-actions',
    params: define =>
      define({ api: pluginHeaderActionsApiRef, deps: {}, factory: () => ({ getPluginHeaderActions: () => [] }) }),
  }),
  ApiBlueprint.make({
    name: 'swappable-components',
    params: define => define({ api: swappableComponentsApiRef, deps: {}, factory: () => swappableComponents }),
  }),
  ApiBlueprint.make({
    name: 'discovery',
    params: define =>
      define({
        api: discoveryApiRef,
        deps: { config: configApiRef },
        factory: ({ config }) => ({
          getBaseUrl: async pluginId => `${config.getString('backend.baseUrl')}/api/${pluginId}`,
        }),
      }),
  }),
  ApiBlueprint.make({
    name: 'fetch',
    params: define =>
      define({
        api: fetchApiRef,
        deps: {},
        factory: () => ({ fetch: (input, init) => fetch(input, { credentials: 'same-origin', ...init }) }),
      }),
  }),
];
