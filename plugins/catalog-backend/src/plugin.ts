import { createBackendFeatureLoader, createBackendPlugin, createServiceFactory } from '@backstage/backend-plugin-api';
import { actorNamesRef, auditRef, clockRef, databaseRef, httpApiRef, settingsRef } from '@portico/plugin-kit/backend';
import { billingPortRef } from '@portico/plugin-billing/port';
import { catalogContract, catalogSettings } from '@portico/plugin-catalog/contract';
import { catalogPortRef, catalogUsageRef } from '@portico/plugin-catalog/port';
import { fleetPortRef } from '@portico/plugin-fleet/port';
import { migrations } from '../migrations';
import { seedCatalog } from './actions/seed-catalog';
import { catalogPort } from './catalog-port';
import { catalogRoutes } from './routes/routes';
import { skuNamesFactory } from './sku-names';

const catalogPortFactory = createServiceFactory({
  service: catalogPortRef,
  deps: { database: databaseRef, audit: auditRef, settings: settingsRef },
  async factory({ database, audit, settings }) {
    await database.migrate('catalog', migrations);
    await seedCatalog({ database, audit }, settings.of(catalogSettings));
    return catalogPort;
  },
});

const catalogPlugin = createBackendPlugin({
  pluginId: 'catalog',
  register(env) {
    env.registerInit({
      // The port is asked for because making it prepares the tables.
      deps: {
        http: httpApiRef,
        actorNames: actorNamesRef,
        audit: auditRef,
        billing: billingPortRef,
        clock: clockRef,
        database: databaseRef,
        fleet: fleetPortRef,
        port: catalogPortRef,
        usage: catalogUsageRef,
      },
      async init({ http, port: _port, ...services }) {
        http.serve(catalogContract, catalogRoutes(services));
      },
    });
  },
});

export default createBackendFeatureLoader({ loader: () => [catalogPortFactory, skuNamesFactory, catalogPlugin] });
