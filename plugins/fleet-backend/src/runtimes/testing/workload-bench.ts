import type { ExecRequest, InstanceRef, Runtime } from '@portico/plugin-fleet/port';

/** A runtime with workloads to be tried on, whatever it is made of. */
export interface WorkloadBench {
  readonly runtime: Runtime;
  instance(allocationId: string): InstanceRef;
  provision(allocationId: string): Promise<unknown>;
  /** Runs a line in the workload; output of both streams, and how it ended. */
  run(
    allocationId: string,
    line: string,
    changes?: Partial<ExecRequest>,
  ): Promise<{ output: string; exitCode: number | null; signal: string | null }>;
}
