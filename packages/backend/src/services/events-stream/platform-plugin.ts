/** The backend's own operations, served like any plugin's. */
import { coreServices, createBackendPlugin } from '@backstage/backend-plugin-api';
import { authenticationRef, clockRef, databaseRef, httpApiRef, settingsRef } from '@portico/plugin-kit/backend';
import { platformContract } from '@portico/plugin-kit/contract';
import { contractListRef } from '../http/contract-list';
import { assembleOpenApi } from '../openapi/assemble';

export const platformPlugin = createBackendPlugin({
  pluginId: 'platform',
  register(env) {
    env.registerInit({
      deps: {
        http: httpApiRef, list: contractListRef, settings: settingsRef, authentication: authenticationRef, database: databaseRef, clock: clockRef,
        logger: coreServices.rootLogger,
      },
      async init({ http, list }) {
        let document: Record<string, unknown> | undefined;
        http.serve(platformContract, {
          getOpenApi: async () => ({ status: 200, body: (document ??= assembleOpenApi(list.contracts)) }),
          streamEvents: async () => ({ status: 200, stream: (async function* () {})() }),
          listAttention: async () => ({ status: 200, body: { items: [], next_cursor: null } }),
        });
      },
    });
  },
});
