import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { Client } from 'ssh2';
import type { ConnectConfig } from 'ssh2';
import { RuntimeError } from '@portico/plugin-fleet/port';
import type { NodeAddressPolicy } from './address-policy';
import { HostKeyChangedError, hostKeyFromRaw, hostKeySignatures, isSameKey, signaturesOf } from './host-key';
import type { HostKey } from './host-key';
import { CONNECT_SECONDS, KEEPALIVE_SECONDS, KEEPALIVES_MISSED_MAX } from './limits';
import { holdToRules } from './peer-rules';

/** Where a node's sshd is, and the key it must show. */
export interface NodeAddress {
  /** A name or an IP address. */
  readonly host: string;
  readonly port: number;
}

export type NodeCredential =
  | { readonly kind: 'private_key'; readonly privateKey: string; readonly passphrase?: string }
  | { readonly kind: 'password'; readonly password: string };

export interface SshLogin {
  readonly address: NodeAddress;
  readonly hostKey: HostKey;
  readonly username: string;
  readonly credential: NodeCredential;
}

/**
 * The gateway's list, from the other side: AES comes from OpenSSL, ChaCha20's authenticator would be computed in JavaScript. No SHA-1, no compression.
 */
const algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group16-sha512',
  ],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} satisfies ConnectConfig['algorithms'];

/** A connection that is logged in. Before the pinned key was seen nothing of the login is sent. Throws `node_unreachable`, `host_key_changed` or `access_denied`. */
export async function openClient(policy: NodeAddressPolicy, login: SshLogin): Promise<Client> {
  let changed: HostKeyChangedError | undefined;
  const { credential } = login;
  return handshake(await openSocket(policy, login.address), {
    username: login.username,
    algorithms: { ...algorithms, serverHostKey: [...signaturesOf(login.hostKey)] },
    hostVerifier: (raw: Buffer) => {
      if (isSameKey(raw, login.hostKey)) return true;
      changed = new HostKeyChangedError(login.hostKey, hostKeyFromRaw(raw));
      return false;
    },
    ...(credential.kind === 'password'
      ? { password: credential.password, tryKeyboard: true, authHandler: ['password', 'keyboard-interactive'] }
      : { privateKey: credential.privateKey, passphrase: credential.passphrase, authHandler: ['publickey'] }),
  }).catch((error: unknown) => {
    if (changed !== undefined) throw changed;
    if (isNoCommonHostKey(error)) throw new HostKeyChangedError(login.hostKey, null);
    throw runtimeErrorOf(error, login);
  });
}

/** The key a host shows, for a person to compare. Nothing is sent but the key exchange. */
export async function fetchHostKey(policy: NodeAddressPolicy, address: NodeAddress): Promise<HostKey> {
  let seen: HostKey | undefined;
  try {
    const client = await handshake(await openSocket(policy, address), {
      username: 'nobody',
      algorithms: { ...algorithms, serverHostKey: [...hostKeySignatures] },
      hostVerifier: (raw: Buffer) => {
        seen = hostKeyFromRaw(raw);
        return false;
      },
    });
    client.destroy();
  } catch (error) {
    if (seen === undefined) throw runtimeErrorOf(error, { address });
  }
  if (seen === undefined) throw new RuntimeError('node_unreachable', 'The host showed no key.');
  return seen;
}

/** To exactly the address that was judged. */
async function openSocket(policy: NodeAddressPolicy, { host, port }: NodeAddress): Promise<Socket> {
  const address = await policy.resolve(host);
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host: address, port, noDelay: true });
    const timer = setTimeout(
      () => fail(new RuntimeError('node_unreachable', `${host} port ${port} does not answer.`)),
      CONNECT_SECONDS * 1000,
    );
    const fail = (error: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(
        error instanceof RuntimeError
          ? error
          : new RuntimeError('node_unreachable', `${host} port ${port} cannot be reached: ${error.message}.`, {
              cause: error,
            }),
      );
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

function handshake(socket: Socket, config: ConnectConfig): Promise<Client> {
  const client = new Client();
  return new Promise<Client>((resolve, reject) => {
    // Stays for the life of the client: an error nobody listens to would end the process.
    client.on('error', reject);
    client.once('close', () => reject(new Error('the connection was closed')));
    client.once('ready', () => resolve(client));
    const { password } = config;
    if (password !== undefined)
      client.on('keyboard-interactive', (_name, _instructions, _language, prompts, finish) =>
        finish(prompts.map(() => password)),
      );
    client.connect({
      ...config,
      sock: socket,
      readyTimeout: CONNECT_SECONDS * 1000,
      keepaliveInterval: KEEPALIVE_SECONDS * 1000,
      keepaliveCountMax: KEEPALIVES_MISSED_MAX,
    });
    holdToRules(client, { socket });
  }).catch((error: unknown) => {
    client.destroy();
    socket.destroy();
    throw error;
  });
}

function runtimeErrorOf(
  error: unknown,
  { address, username }: { address: NodeAddress; username?: string },
): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const { message, level } = error as Error & { level?: string };
  if (level === 'client-authentication' || /privateKey|passphrase/i.test(message)) {
    const login = username === undefined ? 'the login' : `the login of ${username}`;
    return new RuntimeError('access_denied', `${address.host} refuses ${login}.`, { cause: error });
  }
  if (level === 'client-socket' || /connection (was closed|lost)/i.test(message)) {
    return new RuntimeError(
      'node_unreachable',
      `${address.host} port ${address.port} ended the connection before anybody was logged in: it may be starting up.`,
      { cause: error },
    );
  }
  return new RuntimeError(
    'node_unreachable',
    `${address.host} port ${address.port} does not speak SSH as it should: ${message}.`,
    { cause: error },
  );
}

function isNoCommonHostKey(error: unknown): boolean {
  return error instanceof Error && /no matching (server )?host key|host key (format|algorithm)/i.test(error.message);
}
