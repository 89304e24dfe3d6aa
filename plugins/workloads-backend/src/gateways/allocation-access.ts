import type { SshKey } from '@portico/plugin-access/port';
import type { InstanceRef, Runtime } from '@portico/plugin-fleet/runtime';
import { callerWithin, isInReach } from '@portico/plugin-kit/backend';
import type { Authentication, Authorization, Queries, UserCaller } from '@portico/plugin-kit/backend';
import type { Services } from '../services';
import { findAllocation } from '../store/allocations';
import { connectionActivity } from './connection-activity';

/** What a caller needs to open a terminal, a shell or a forward. */
const CONNECT = 'workloads.allocation.connect';

/** An allocation somebody wants to get into, as the gateways see it. */
export interface ReachableAllocation {
  readonly allocationId: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly userId: string;
  readonly sshKeyIds: readonly string[] | null;
  readonly publishedPorts: readonly { readonly port: number }[];
}

/** What the gateways ask of the rest. All of it is read anew at every call: keys, permissions and states change while people are connected. */
export interface AllocationAccess {
  /** The allocation when it is active, undefined otherwise. */
  active(queries: Queries, allocationId: string): Promise<ReachableAllocation | undefined>;
  /** What a connection calls whenever it moves bytes; see `connectionActivity`. */
  activity(allocationId: string): () => void;
  runtimeOf(queries: Queries, allocationId: string): Promise<{ runtime: Runtime; instance: InstanceRef } | undefined>;
  /** The keys that may log in now. */
  sshKeys(queries: Queries, allocation: ReachableAllocation): Promise<readonly SshKey[]>;
  mayConnect(caller: UserCaller, allocation: ReachableAllocation): boolean;
  /** Seconds a connection of this user to the allocation may last, by policy. */
  sessionSeconds(queries: Queries, allocation: ReachableAllocation, userId: string): Promise<number>;
  /** Whether a policy asks that what this user's terminals in the allocation show is recorded. */
  isRecorded(queries: Queries, allocation: ReachableAllocation, userId: string): Promise<boolean>;
  /** The caller the allocation's user would be now, for a login by SSH key. Null when the user may not sign in any more. */
  callerOf(queries: Queries, allocation: ReachableAllocation): Promise<UserCaller | null>;
}

export function createAllocationAccess(
  services: Pick<Services, 'access' | 'clock' | 'database' | 'fleet' | 'logger' | 'workloads'> & {
    authentication: Authentication;
    authorization: Authorization;
  },
): AllocationAccess {
  const { access, fleet, authentication, authorization, workloads } = services;
  return {
    async active(queries, allocationId) {
      const allocation = await findAllocation(queries, allocationId);
      return allocation?.status === 'active' ? allocation : undefined;
    },
    activity: allocationId => connectionActivity(services, allocationId),
    runtimeOf: (queries, allocationId) => fleet.runtimeOf(queries, allocationId),
    async sshKeys(queries, { userId, organizationId, sshKeyIds }) {
      const keys = (await access.sshKeys(queries, { userId, organizationId })) ?? [];
      // A chosen key that was removed since is no key any more, and takes nothing from the others.
      return sshKeyIds === null ? keys : keys.filter(key => sshKeyIds.includes(key.keyId));
    },
    mayConnect: (caller, allocation) =>
      caller.restriction === null &&
      authorization.allows(caller, CONNECT) &&
      isInReach(callerWithin(caller, CONNECT), allocation),
    async sessionSeconds(queries, { organizationId, projectId }, userId) {
      const policies = await access.policies(queries, { organizationId, projectId, userId });
      return policies.terminal_session_seconds.value ?? workloads.terminal.sessionSeconds;
    },
    async isRecorded(queries, { organizationId, projectId }, userId) {
      const policies = await access.policies(queries, { organizationId, projectId, userId });
      return policies.terminal_recording.value ?? false;
    },
    callerOf: (queries, { userId, projectId }) => authentication.callerFor(queries, { userId, projectId }),
  };
}
