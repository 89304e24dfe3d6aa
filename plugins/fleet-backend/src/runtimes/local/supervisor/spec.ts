/** What a supervisor is told, once, as a file. Everything that needs judgement was decided before. */
export interface SupervisorSpec {
  allocationId: string;
  argv: readonly string[];
  /** The environment of the tools that build the sandbox; the sandbox's own is in `argv`. Without isolation, the agent's. */
  environment: Readonly<Record<string, string>>;
  workingDirectory: string;
  isolation: 'sandbox' | 'none';
  controlGroup: string;
  limits: { memoryBytes: number; vcpus: number; diskBytes: number; processesMax: number };
  /** Directories whose size counts against the disk limit. */
  diskDirectories: readonly string[];
  /** Where the egress proxy listens; null when the allocation has no network. */
  egressSocket: string | null;
  refusedAddresses: readonly string[];
}

/** What a supervisor answers when asked, all of it measured from outside the sandbox. */
export interface SupervisorStatus {
  at: number;
  cpuPercent: number;
  memoryBytesUsed: number;
  diskBytesUsed: number;
  networkRxBytes: number;
  networkTxBytes: number;
  processes: number;
}
