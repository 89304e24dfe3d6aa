import { Client } from 'ssh2';
import type { ConnectConfig } from 'ssh2';
import { isSameKey, signaturesOf } from '../../../ssh/host-key';
import { holdToRules } from '../../../ssh/peer-rules';
import type { ContainerAccess } from '../container-access';
import { RuntimeError } from '../port';
import { CONNECT_MS, KEEPALIVE_SECONDS, KEEPALIVES_MISSED_MAX, UNSENT_BYTES_MAX } from './limits';

/** AES comes from OpenSSL and is authenticated in one go; the image's sshd is a recent one. */
const algorithms = {
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} satisfies ConnectConfig['algorithms'];

/** The container does not know the key that is remembered, or shows another: what is remembered may be of an earlier start of it. */
export class OtherContainerError extends RuntimeError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('runtime_failed', message, options);
    this.name = 'OtherContainerError';
  }
}

/** Logged in to the container's own sshd, through the node. Its host key is the pinned one, or nothing of the login was sent. */
export async function openContainerClient(access: ContainerAccess): Promise<Client> {
  const socket = await access.node.forward({ host: access.host, port: access.port }).catch((error: unknown) => {
    // The node answers, and nobody at that address.
    if (error instanceof RuntimeError && error.code === 'runtime_failed')
      throw new OtherContainerError('The SSH server in the container does not answer.', { cause: error });
    throw error;
  });
  const client = new Client();
  let isStranger = false;
  return new Promise<Client>((resolve, reject) => {
    // Stays for the life of the client: an error nobody listens to would end the process.
    client.on('error', reject);
    client.once('close', () => reject(new Error('the connection was closed')));
    client.once('ready', () => resolve(client));
    client.connect({
      sock: socket,
      username: access.username,
      privateKey: access.clientPrivateKey,
      authHandler: ['publickey'],
      algorithms: { ...algorithms, serverHostKey: [...signaturesOf(access.hostPublicKey)] },
      hostVerifier: (raw: Buffer) => {
        isStranger = !isSameKey(raw, access.hostPublicKey);
        return !isStranger;
      },
      readyTimeout: CONNECT_MS,
      keepaliveInterval: KEEPALIVE_SECONDS * 1000,
      keepaliveCountMax: KEEPALIVES_MISSED_MAX,
    });
    holdToRules(client, { socket, unsentBytesMax: UNSENT_BYTES_MAX });
  }).catch((error: unknown) => {
    client.destroy();
    socket.destroy();
    const { message, level } = error as Error & { level?: string };
    if (isStranger) throw new OtherContainerError('What answers in place of the container shows another host key.');
    if (level === 'client-authentication')
      throw new OtherContainerError('The container refuses the key that was made for it.', { cause: error });
    throw new OtherContainerError(`The SSH server in the container does not answer as it should: ${message}.`, {
      cause: error,
    });
  });
}
