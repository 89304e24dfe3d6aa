import type { Authentication, Authorization, HttpApi } from '@portico/plugin-kit/backend';
import type { Services } from '../services';
import { createAllocationAccess } from './allocation-access';
import { sshHostKey } from './ssh/host-key';
import { startSshGateway } from './ssh/ssh-gateway';
import { serveTerminals } from './terminal/terminal-gateway';

type GatewayServices = Services & { authentication: Authentication; authorization: Authorization };

/** The ways into an allocation: the terminal's WebSocket at once, the SSH gateway when started. */
export function serveGateways(
  http: HttpApi,
  services: GatewayServices,
): { start(): Promise<{ close(): Promise<void> }> } {
  const access = createAllocationAccess(services);
  const { clock, database, logger, secrets, settings, workloads } = services;
  serveTerminals(http, {
    access,
    authentication: services.authentication,
    clock,
    database,
    logger,
    secrets,
    workloads,
  });
  return {
    async start() {
      const gateway = await startSshGateway({
        access,
        clock,
        database,
        logger,
        hostKey: await sshHostKey(database, secrets),
        listen: {
          host: workloads.ssh.host === '' ? settings.server.host : workloads.ssh.host,
          port: workloads.ssh.port,
        },
      });
      services.sshAddress.listeningOn(gateway.port);
      return gateway;
    },
  };
}
