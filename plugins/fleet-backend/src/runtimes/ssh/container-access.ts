import type { Duplex } from 'node:stream';
import type { NodeConnection } from '../../ssh/node-connection';
import type { ExecProcess, ExecRequest, InstanceRef, ShellAttachment, ShellRequest } from './port';

/**
 * How the sshd of one container is reached and known: through the node's connection (`node.forward({ host, port })`), and by keys made for this one allocation. The host key is pinned: what
 * answers with another one is not the container. Both keys are made on the node when the container is, live in its state directory there, and go with it at release.
 */
export interface ContainerAccess {
  readonly node: NodeConnection;
  /** The container's address in its own bridge network on the node. */
  readonly host: string;
  readonly port: number;
  /** The login name inside. */
  readonly username: string;
  /** OpenSSH format, of Portico's own key for this allocation. Never leaves the backend's memory. */
  readonly clientPrivateKey: string;
  /** One line, `ssh-ed25519 AAAA…`, of the container's sshd. */
  readonly hostPublicKey: string;
}

/**
 * Asks the node, and remembers until the instance is started again or released. Throws `instance_missing` when no container of that allocation runs. `fresh` asks again although something is
 * remembered: for whoever was refused with what is (the container was restarted by another replica, and has another address).
 */
export type FindContainerAccess = (instance: InstanceRef, options?: { fresh?: boolean }) => Promise<ContainerAccess>;

/** The part of the runtime that works inside containers, over their own sshd. */
export interface ContainerSessions {
  openShell(instance: InstanceRef, request: ShellRequest): Promise<ShellAttachment>;
  exec(instance: InstanceRef, request: ExecRequest): Promise<ExecProcess>;
  forward(instance: InstanceRef, target: { host: string; port: number }): Promise<Duplex>;
  /** The container is about to be removed, or was started anew: everything open to it ends, shells with the reason given. */
  ended(allocationId: string, reason: 'released' | 'lost'): void;
  close(): void;
}
