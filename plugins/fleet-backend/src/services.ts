import { coreServices } from '@backstage/backend-plugin-api';
import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  attentionRef,
  auditRef,
  clockRef,
  databaseRef,
  outboxRef,
  secretsRef,
  settingsRef,
  tasksRef,
} from '@portico/plugin-kit/backend';
import type { Settings } from '@portico/plugin-kit/backend';
import { fleetSettings } from '@portico/plugin-fleet/contract';
import { nodeOccupantsRef } from '@portico/plugin-fleet/port';
import type { NodeOccupants, Runtime, RuntimeKind } from '@portico/plugin-fleet/port';
import { examineIfDue } from './actions/examine-node';
import type { NodeServices } from './node-services';
import { runtimesRef } from './runtimes';
import type { NodeConnections } from './ssh/node-connection';
import { nodeSshRef } from './ssh/service';
import type { FleetWatchOptions } from './watch/fleet-watch';

/** Where what changes is kept, and told. */
export const tellingRefs = { database: databaseRef, audit: auditRef, outbox: outboxRef, attention: attentionRef };

export const serviceRefs = {
  ...tellingRefs,
  clock: clockRef,
  logger: coreServices.logger,
  settings: settingsRef,
  secrets: secretsRef,
  tasks: tasksRef,
  runtimes: runtimesRef,
  ssh: nodeSshRef,
  occupants: nodeOccupantsRef,
};

/** What the fleet's operations and its watch are given. */
export type FleetServices = NodeServices & {
  readonly settings: Settings;
  readonly runtimes: ReadonlyMap<RuntimeKind, Runtime>;
  readonly connections: NodeConnections;
  readonly occupants: readonly NodeOccupants[];
  readonly logger: LoggerService;
};

export function createServices(given: Omit<FleetServices, 'connections' | 'publicUrl'>): FleetServices {
  return { ...given, connections: given.ssh.connections, publicUrl: given.settings.server.publicUrl };
}

export function watchOptions(services: FleetServices): FleetWatchOptions {
  const { heartbeat, orphans, hostCheck } = services.settings.of(fleetSettings);
  return {
    ...services,
    services,
    examineIfDue: nodeId => examineIfDue(services, nodeId),
    heartbeatIntervalSeconds: heartbeat.intervalSeconds,
    unreachableAfterSeconds: heartbeat.unreachableAfterSeconds,
    orphanIntervalSeconds: orphans.intervalSeconds,
    graceSeconds: orphans.graceSeconds,
    hostCheckIntervalSeconds: hostCheck.intervalSeconds,
  };
}
