import type { Settings } from '@portico/plugin-kit/backend';
import { accessSettings } from '@portico/plugin-access/contract';
import { fleetSettings } from '@portico/plugin-fleet/contract';
import { configuredFleet } from './domain/configured-fleet';
import type { ConfiguredNode } from './domain/configured-fleet';
import { discoverGpus } from './runtimes/local/gpu/discovery';

/** What the configuration and this machine's GPUs make of the embedded nodes. */
export async function embeddedFleet(settings: Settings): Promise<ConfiguredNode[]> {
  const { nodes, realGpus, region } = settings.of(fleetSettings);
  return configuredFleet({ simulatedNodes: nodes, realGpus: realGpus === 'off' ? [] : await discoverGpus(), region });
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

/** Without isolation every user is the portal's own user on this machine, so nobody else may become one. */
export function assertIsolationAllowed(settings: Settings): void {
  if (settings.of(fleetSettings).isolation !== 'none') return;
  if (!LOOPBACK.test(settings.server.host)) {
    throw new Error(
      `"fleet.isolation" is "none", which is only allowed while "server.host" is a loopback address; it is ${settings.server.host}.`,
    );
  }
  if (settings.of(accessSettings).signUp !== 'closed') {
    throw new Error('"fleet.isolation" is "none", which is only allowed while "access.signUp" is "closed".');
  }
}
