import type { Duplex } from 'node:stream';

/**
 * A runtime turns a reservation of slots into something a person can work in. The port is all the rest of Portico knows of
 * it; nothing here says whether the far side is a sandbox beside the backend, a container on a node or a batch job.
 *
 * Every call is idempotent against the outside world: what a runtime makes is named after the allocation, and it looks
 * before it creates. `fencingToken` grows with every lease of the task that drives the runtime; a runtime refuses a token lower
 * than the highest it has seen for that allocation, so that a stale worker cannot undo a newer one's work.
 */
export interface Runtime {
  readonly kind: RuntimeKind;

  /** What the node is and whether it can take work now. Throws `RuntimeError` with code `node_unreachable` when it cannot be asked. */
  probe(node: RuntimeNode): Promise<NodeReport>;

  /** Creates the instance, or returns the one that exists. Resolves when a shell can be opened. */
  provision(request: ProvisionRequest): Promise<RuntimeInstance>;

  /** Proof of life. `absent` is only ever returned when the runtime has proven that nothing is left; doubt throws. */
  observe(instance: InstanceRef): Promise<RuntimeObservation>;

  /** Everything this runtime holds on the node, for the reconciler that removes orphans. */
  list(node: RuntimeNode): Promise<readonly RuntimeObservation[]>;

  /** Replaces the keys that may log in. Only runtimes that hold keys of their own (an sshd) need to act. */
  setAuthorizedKeys(instance: InstanceRef, publicKeys: readonly string[]): Promise<void>;

  /** Attaches to the shell session of that id, creating it when it does not exist. Several attachments may share one session. */
  openShell(instance: InstanceRef, request: ShellRequest): Promise<ShellAttachment>;

  /** Runs one command (or, without a command, a login shell) with its own lifetime: for SSH exec and pty sessions, and sftp. */
  exec(instance: InstanceRef, request: ExecRequest): Promise<ExecProcess>;

  /** A TCP connection made from inside the instance's network, for port forwarding and published ports. */
  forward(instance: InstanceRef, target: { host: string; port: number }): Promise<Duplex>;

  /** One sample, now. */
  metrics(instance: InstanceRef): Promise<MetricsSample>;

  /** Ends everything of that allocation and resolves only when it is confirmed gone, its home included. */
  release(instance: InstanceRef & { fencingToken: number }): Promise<void>;
}

export const runtimeKinds = ['local', 'ssh'] as const;
export type RuntimeKind = (typeof runtimeKinds)[number];
export type Isolation = 'container' | 'sandbox' | 'none';

export interface RuntimeNode {
  nodeId: string;
  name: string;
}

export interface InstanceRef {
  allocationId: string;
  node: RuntimeNode;
}

export interface NodeReport {
  isolation: Isolation;
  /** How isolation is made, in words a person reads: `bubblewrap 0.8`, `util-linux (unshare, pivot_root)`. */
  isolationDetail: string;
  gpus: readonly GpuReport[];
  cpuCount: number;
  memoryBytes: number;
  diskBytesFree: number;
}

export interface GpuReport {
  index: number;
  uuid: string;
  model: string;
  memoryBytes: number;
  numaNode: number;
  simulated: boolean;
}

export interface ProvisionRequest extends InstanceRef {
  fencingToken: number;
  hostname: string;
  image: RuntimeImage;
  gpus: readonly GpuReport[];
  /** Of the slots, in the order of `gpus`: NVMe namespaces (`nvme0n1`) that are this instance's alone. Empty where slots have none. */
  nvme: readonly string[];
  /** PCI addresses of the virtual functions that are this instance's alone. */
  vfs: readonly string[];
  vcpus: number;
  memoryBytes: number;
  diskBytes: number;
  network: { mode: 'egress' | 'isolated' };
  authorizedKeys: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Aborts when nobody waits for the result any more (deadline, cancel, lost lease). What was begun is found again by the next call. */
  signal?: AbortSignal;
  /** One sentence per thing done, for the timeline of the task: `Image pulled in 12 s.` */
  report?(message: string): void;
}

export interface RuntimeImage {
  imageId: string;
  name: string;
  version: string;
  /** Where the node gets it: a registry reference without tag (`registry.example/cuda-shell`) or a name preloaded on the node (`localhost/portico-base`). Null: the runtime's own base. */
  source: string | null;
  /** Content digest (`sha256:…`) it must have; null only for a preloaded one whose digest nobody pinned. */
  digest: string | null;
  /** The login name inside. */
  defaultUser: string;
}

export interface RuntimeInstance extends InstanceRef {
  isolation: Isolation;
  /** The login name inside, shown to people; the SSH gateway's user name is the allocation id. */
  username: string;
  startedAt: number;
}

export interface RuntimeObservation {
  allocationId: string;
  state: 'absent' | 'starting' | 'running' | 'stopped';
  /** Epoch milliseconds of the last moment the instance was known to be alive. */
  lastAliveAt: number | null;
  exitReason: string | null;
}

export interface ShellRequest {
  sessionId: string;
  cols: number;
  rows: number;
  /** Send output from this byte offset on; absent means from the oldest byte still held. */
  afterSeq?: number;
}

/**
 * One attachment to a shell session. Offsets count the bytes of the session's output since it began. The far side sends at most
 * `windowBytes` beyond the last `acknowledge`, so a slow reader stops the shell instead of filling memory.
 */
export interface ShellAttachment {
  readonly sessionId: string;
  /** Offset of the first byte that will be delivered. Greater than the `afterSeq` asked for means a gap. */
  readonly fromSeq: number;
  onOutput(listener: (chunk: Uint8Array, seq: number) => void): void;
  onGap(listener: (gap: { fromSeq: number; toSeq: number }) => void): void;
  /** The shell has ended, or the attachment was lost (`exitCode` null). Called once. */
  onClose(listener: (end: { exitCode: number | null; reason: 'exited' | 'lost' | 'released' }) => void): void;
  write(bytes: Uint8Array): boolean;
  onDrain(listener: () => void): void;
  resize(size: { cols: number; rows: number }): void;
  acknowledge(seq: number): void;
  /** Leaves the session running. */
  detach(): void;
  /** Ends the session and its processes. */
  terminate(): void;
}

export interface ExecRequest {
  command: { kind: 'shell' } | { kind: 'command'; line: string } | { kind: 'sftp' };
  pty: { term: string; cols: number; rows: number } | null;
  environment: Readonly<Record<string, string>>;
}

/** Byte streams with back-pressure; `stderr` is silent when a pty was asked for. */
export interface ExecProcess {
  readonly stdio: Duplex;
  readonly stderr: import('node:stream').Readable;
  resize(size: { cols: number; rows: number }): void;
  signal(name: string): void;
  onExit(listener: (end: { exitCode: number | null; signal: string | null }) => void): void;
}

export interface MetricsSample {
  at: number;
  cpuPercent: number;
  memoryBytesUsed: number;
  memoryBytesLimit: number;
  diskBytesUsed: number;
  diskBytesLimit: number;
  networkRxBytes: number;
  networkTxBytes: number;
  processes: number;
  gpus: readonly {
    index: number;
    model: string;
    utilizationPercent: number;
    memoryBytesUsed: number;
    memoryBytesTotal: number;
    temperatureCelsius: number;
    powerWatts: number;
    simulated: boolean;
  }[];
}

/** Closed set: what a runtime may say went wrong. `retryable` decides whether the task tries again. */
export const runtimeErrorCodes = {
  node_unreachable: { retryable: true },
  instance_missing: { retryable: false },
  stale_fencing_token: { retryable: false },
  isolation_unavailable: { retryable: false },
  disk_full: { retryable: true },
  /** The image is neither on the node nor where it should come from. */
  image_missing: { retryable: false },
  /** The node does not know a GPU that the allocation holds. */
  gpu_unavailable: { retryable: false },
  /** The node shows another host key than the pinned one. Somebody must look; until then it is not talked to. */
  host_key_changed: { retryable: true },
  /** The node refuses Portico's key. */
  access_denied: { retryable: true },
  runtime_failed: { retryable: true },
} as const;
export type RuntimeErrorCode = keyof typeof runtimeErrorCodes;

export class RuntimeError extends Error {
  constructor(
    readonly code: RuntimeErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'RuntimeError';
  }
}
