import type { Authentication, Authorization, HttpApi } from '@portico/plugin-kit/backend';
import type { Services } from '../services';
import { ConnectionEvidence } from '../recordings/connection-evidence';
import { createAllocationAccess } from './allocation-access';
import { sshHostKey } from './ssh/host-key';
import { startPortGateway } from './ports/port-gateway';
import { startSshGateway } from './ssh/ssh-gateway';
import { publishedPortsPort } from '../published-address';
import { serveTerminals } from './terminal/terminal-gateway';

type GatewayServices = Services & { authentication: Authentication; authorization: Authorization };

/** The ways into an allocation: the terminal's WebSocket at once, the SSH gateway and the published ports when started. */
export function serveGateways(
  http: HttpApi,
  services: GatewayServices,
): { start(): Promise<{ close(): Promise<void> }> } {
  const access = createAllocationAccess(services);
  const { clock, database, logger, secrets, settings, workloads } = services;
  const evidence = new ConnectionEvidence(services);
  serveTerminals(http, {
    access,
    authentication: services.authentication,
    clock,
    database,
    evidence,
    logger,
    secrets,
    workloads,
  });
  const { publishedAddress } = services;
  http.formsMayGoTo(() => publishedAddress.formTarget());
  return {
    async start() {
      const gateway = await startSshGateway({
        access,
        clock,
        database,
        evidence,
        logger,
        hostKey: await sshHostKey(database, secrets),
        listen: {
          host: workloads.ssh.host === '' ? settings.server.host : workloads.ssh.host,
          port: workloads.ssh.port,
        },
      });
      services.sshAddress.listeningOn(gateway.port);
      evidence.start();
      const closeAccess = async () => {
        await gateway.close();
        await evidence.stop();
      };
      if (publishedAddress.formTarget() === null) return { close: closeAccess };
      const { host } = workloads.publishedPorts;
      const ports = await startPortGateway({
        access,
        address: publishedAddress,
        authentication: services.authentication,
        clock,
        database,
        secrets,
        logger,
        listen: { host: host === '' ? settings.server.host : host, port: publishedPortsPort(settings) },
        workloadUrl: allocationId => `${settings.server.publicUrl}/workloads/${allocationId}`,
      });
      return {
        async close() {
          await ports.close();
          await closeAccess();
        },
      };
    },
  };
}
