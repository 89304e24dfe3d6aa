import { coreServices, createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import { databaseRef, secretsRef, settingsRef } from '@portico/plugin-kit/backend';
import { fleetSettings } from '@portico/plugin-fleet/contract';
import { credentialsOf } from '../store/node-credentials';
import { nodeById } from '../store/nodes';
import { NodeAddressPolicy } from './address-policy';
import { createNodeConnections } from './connections';
import type { NodeConnections } from './node-connection';
import { NodeKeys } from './node-keys';

/** All that reaches real nodes, with the same rules: who may be connected to, as whom, and what is pooled. */
export interface NodeSsh {
  readonly policy: NodeAddressPolicy;
  readonly keys: NodeKeys;
  readonly connections: NodeConnections;
}

export const nodeSshRef = createServiceRef<NodeSsh>({
  id: 'portico.fleet.node-ssh',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: {
        settings: settingsRef,
        database: databaseRef,
        secrets: secretsRef,
        lifecycle: coreServices.rootLifecycle,
      },
      factory({ settings, database, secrets, lifecycle }) {
        const policy = new NodeAddressPolicy(settings.of(fleetSettings).ssh.allowedNetworks);
        const keys = new NodeKeys(secrets);
        const connections = createNodeConnections({
          policy,
          async loginOf(nodeId) {
            const node = await nodeById(database.read, nodeId);
            const credentials = await credentialsOf(database.read, nodeId);
            if (node?.address_host == null || node.address_port === null || credentials === undefined) return undefined;
            if (node.host_key === null || node.username === null) return undefined;
            return {
              address: { host: node.address_host, port: node.address_port },
              hostKey: node.host_key,
              username: node.username,
              credential: keys.open(credentials.privateKeyEncrypted),
            };
          },
        });
        lifecycle.addShutdownHook(() => connections.close());
        return { policy, keys, connections };
      },
    }),
});
