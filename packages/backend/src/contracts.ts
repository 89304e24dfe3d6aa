import { accessContract, accessSettings } from '@portico/plugin-access/contract';
import { billingContract, billingSettings } from '@portico/plugin-billing/contract';
import { catalogContract, catalogSettings } from '@portico/plugin-catalog/contract';
import { fleetContract, fleetSettings } from '@portico/plugin-fleet/contract';
import type { SettingsSection } from '@portico/plugin-kit/backend';
import { platformContract } from '@portico/plugin-kit/contract';
import type { PluginContract } from '@portico/plugin-kit/contract';
import { workloadsContract, workloadSettings } from '@portico/plugin-workloads/contract';

/** All the portal promises. An operation that is not in here does not exist; one that is and has no handler stops the start. */
export const contracts: readonly PluginContract[] = [
  platformContract,
  accessContract,
  billingContract,
  catalogContract,
  fleetContract,
  workloadsContract,
];

/** What the plugins may be told in `app-config.yaml`, each section under its key. */
export const settingsSections: readonly SettingsSection[] = [
  accessSettings,
  billingSettings,
  catalogSettings,
  fleetSettings,
  workloadSettings,
];
