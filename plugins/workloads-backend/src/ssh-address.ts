import type { Settings } from '@portico/plugin-kit/backend';
import { workloadSettings } from '@portico/plugin-workloads/contract';

/** Where people reach the SSH gateway. The port is the one configured until the gateway says which it really listens on. */
export interface SshAddress {
  readonly host: string;
  port(): number;
  /** Told by the gateway once it listens; matters where the configured port is 0. */
  listeningOn(port: number): void;
}

export function createSshAddress(settings: Settings): SshAddress {
  const { ssh } = settings.of(workloadSettings);
  let listening = ssh.port;
  return {
    host: ssh.publicHost === '' ? new URL(settings.server.publicUrl).hostname : ssh.publicHost,
    port: () => (ssh.publicPort === 0 ? listening : ssh.publicPort),
    listeningOn(port) {
      listening = port;
    },
  };
}
