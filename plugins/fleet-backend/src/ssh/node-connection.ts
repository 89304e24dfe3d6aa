import type { Duplex, Readable } from 'node:stream';

/**
 * How everything that works on a real node reaches it: a handful of pooled SSH connections, opened when needed and kept warm, to the address the node was added with. The host key is pinned and the
 * resolved address is judged at every connect. All methods throw `RuntimeError`: `node_unreachable` (no route, timeout, connection lost), `host_key_changed`, `access_denied`.
 */
export interface NodeConnection {
  /**
   * Runs a POSIX shell script as root (by `sudo -n` where the login is not root) and collects what it says. A status other than 0 is an answer, not an error. `args` are passed as
   * positional parameters and never interpreted by a shell; `stdin` is data, and secrets go there and not into `args`, which process lists show.
   */
  run(script: string, options?: RunOptions): Promise<RunResult>;

  /** The same for what goes on for long or says much: streams with back-pressure. Destroying `stdout` ends it. */
  stream(script: string, options?: Omit<RunOptions, 'timeoutSeconds'>): Promise<RemoteStream>;

  /** A TCP connection made by the node's sshd (`direct-tcpip`), usually to its own loopback or to a container on it. */
  forward(target: { readonly host: string; readonly port: number }): Promise<Duplex>;
}

export interface RunOptions {
  readonly args?: readonly string[];
  readonly stdin?: string | Uint8Array;
  /** Default 60. What takes longer is ended and counts as `node_unreachable`: nobody knows what it did. */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

export interface RunResult {
  readonly status: number;
  /** UTF-8. Beyond `RUN_OUTPUT_BYTES_MAX` each the command counts as failed. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface RemoteStream {
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Null when the connection was lost before it ended. */
  readonly ended: Promise<number | null>;
}

export const RUN_OUTPUT_BYTES_MAX = 8 * 1024 * 1024;

/** All nodes with SSH credentials, by id. */
export interface NodeConnections {
  /** Connects at the first use. Throws `node_unreachable` for a node that is not (or no longer) reached by SSH. */
  to(nodeId: string): NodeConnection;
  /** Forgets what is pooled for the node: its credentials, address or key have changed. */
  forget(nodeId: string): void;
  close(): Promise<void>;
}
