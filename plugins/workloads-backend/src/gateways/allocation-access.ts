import type { SshKey } from '@portico/plugin-access/port';
import type { InstanceRef, Runtime } from '@portico/plugin-fleet/runtime';
import type { Caller, Queries, UserCaller } from '@portico/plugin-kit/backend';

/** An allocation somebody wants to get into, as the gateways see it. */
export interface ReachableAllocation {
  readonly allocationId: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly userId: string;
}

/** What the gateways ask of the rest of the plugin. All of it is read anew: keys, permissions and states change while people are connected. */
export interface AllocationAccess {
  /** The allocation when it is active, undefined otherwise. */
  active(queries: Queries, allocationId: string): Promise<ReachableAllocation | undefined>;
  runtimeOf(queries: Queries, allocationId: string): Promise<{ runtime: Runtime; instance: InstanceRef } | undefined>;
  /** The keys that may log in now. */
  sshKeys(queries: Queries, allocation: ReachableAllocation): Promise<readonly SshKey[]>;
  /** Whether this caller may connect to this allocation. */
  mayConnect(caller: Caller, allocation: ReachableAllocation): boolean;
  /** The caller the allocation's user would be now, for a login by SSH key. */
  callerOf(queries: Queries, allocation: ReachableAllocation): Promise<UserCaller | null>;
}
