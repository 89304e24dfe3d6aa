import { createServiceFactory } from '@backstage/backend-plugin-api';
import { metricsRegistryRef } from '@portico/plugin-kit/backend';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** One registry per backend, so that two in one process (tests) do not add up. Plugins register their own metrics in it. */
export const metricsRegistryFactory = createServiceFactory({
  service: metricsRegistryRef,
  deps: {},
  factory() {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    return registry;
  },
});
