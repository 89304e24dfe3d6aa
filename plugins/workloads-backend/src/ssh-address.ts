import type { Settings } from '@portico/plugin-kit/backend';
import { workloadSettings } from '@portico/plugin-workloads/contract';

/** Where people reach the SSH gateway. The port is the one configured until the gateway says which it really listens on. */
export interface SshAddress {
  readonly host: string;
  port(): number;
  /** Told by the gateway once it listens; matters where the configured port is 0. */
  listeningOn(port: number): void;
}

/** How far above the portal's port, so that portals side by side on one machine are told apart by PORTICO_PORT alone. */
const PORT_DISTANCE = 15;
const PORT_MAX = 65_535;

/** The configured port, or one that follows from the portal's. A portal on any free port has its gateway on any free port. */
export function sshPort(settings: Settings): number {
  const { port } = settings.server;
  const following = port === 0 ? 0 : port + PORT_DISTANCE;
  return settings.of(workloadSettings).ssh.port ?? (following > PORT_MAX ? port - PORT_DISTANCE : following);
}

export function createSshAddress(settings: Settings): SshAddress {
  const { ssh } = settings.of(workloadSettings);
  let listening = sshPort(settings);
  return {
    host: ssh.publicHost === '' ? new URL(settings.server.publicUrl).hostname : ssh.publicHost,
    port: () => (ssh.publicPort === 0 ? listening : ssh.publicPort),
    listeningOn(port) {
      listening = port;
    },
  };
}
