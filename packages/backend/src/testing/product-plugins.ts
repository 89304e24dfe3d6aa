import type { TestPlugin } from './test-backend';

/**
 * The portal's own plugins, each loaded when a test asks for it: a test of one plugin does not wait for the others. Kept equal to `main.ts` and
 * `contracts.ts` by a test.
 */
export const productPlugins = {
  access: async (): Promise<TestPlugin> => {
    const { accessContract, accessSettings } = await import('@portico/plugin-access/contract');
    return { contract: accessContract, settings: accessSettings, feature: import('@portico/plugin-access-backend') };
  },
  billing: async (): Promise<TestPlugin> => {
    const { billingContract, billingSettings } = await import('@portico/plugin-billing/contract');
    return { contract: billingContract, settings: billingSettings, feature: import('@portico/plugin-billing-backend') };
  },
  catalog: async (): Promise<TestPlugin> => {
    const { catalogContract, catalogSettings } = await import('@portico/plugin-catalog/contract');
    return { contract: catalogContract, settings: catalogSettings, feature: import('@portico/plugin-catalog-backend') };
  },
  fleet: async (): Promise<TestPlugin> => {
    const { fleetContract, fleetSettings } = await import('@portico/plugin-fleet/contract');
    return { contract: fleetContract, settings: fleetSettings, feature: import('@portico/plugin-fleet-backend') };
  },
  workloads: async (): Promise<TestPlugin> => {
    const { workloadsContract, workloadSettings } = await import('@portico/plugin-workloads/contract');
    return {
      contract: workloadsContract,
      settings: workloadSettings,
      feature: import('@portico/plugin-workloads-backend'),
    };
  },
} as const;

export type ProductPlugin = keyof typeof productPlugins;
