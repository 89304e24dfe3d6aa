import { createServiceRef } from '@backstage/backend-plugin-api';
import type { Queries } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import type { PolicyDefaults, ResolvedPolicies } from './policy-resolution';

export { resolvePolicies } from './policy-resolution';
export type { PolicyDefaults, ResolvedPolicies, ResolvedPolicy, SetPolicy } from './policy-resolution';

/** What other plugins may ask of access. Signing in is the `Authentication` service, which access implements too. */
export interface AccessPort {
  /**
   * The user's SSH keys that open workloads of the organization, in the order of adding: those that were added with what it demands of a sign-in. With `keyIds` only
   * those, and `null` when one of them is not among the keys.
   */
  sshKeys(
    queries: Queries,
    options: { userId: string; organizationId: string; keyIds?: readonly string[] },
  ): Promise<readonly SshKey[] | null>;
  /** Names for people to read, missing ones left out. */
  usernames(queries: Queries, userIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Who has that user name, in any case; null: nobody. */
  userNamed(queries: Queries, username: string): Promise<string | null>;
  /**
   * The department a project of that organization belongs to; null when it is not one of its projects. Asked within a transaction, the project cannot be
   * deleted before that ends: what is put into it there is seen by whoever deletes.
   */
  departmentOf(queries: Queries, options: { organizationId: string; projectId: string }): Promise<string | null>;
  /**
   * The policies that apply to what this user does in this project, each with where it was set: one statement, within a transaction or outside. Without a user, to
   * whoever works in the project; without a project, to the user anywhere in the organization.
   */
  policies(
    queries: Queries,
    subject: { organizationId: string; projectId?: string; userId?: string },
  ): Promise<ResolvedPolicies>;
  /** Names of what belongs to an organization or is one, for people to read, by id; missing ones left out. */
  names(
    queries: Queries,
    ids: { organizations?: readonly string[]; departments?: readonly string[]; projects?: readonly string[] },
  ): Promise<ReadonlyMap<string, string>>;
  /** Members who hold the permission in all of the organization and have a verified address, who joined first first, at most 50: whom to write to. */
  contacts(
    queries: Queries,
    options: { organizationId: string; permission: string },
  ): Promise<readonly { readonly userId: string; readonly username: string; readonly email: string }[]>;
  /**
   * Whether the user belongs to the organization, and the project in which they do what belongs to none: their default one, or the organization's first. Null: no member, or
   * nobody. Without an organization, the one that came with the account. Whether they may sign in is beside the point.
   */
  homeOf(
    queries: Queries,
    member: { organizationId?: string; userId: string },
  ): Promise<{ readonly organizationId: string; readonly departmentId: string; readonly projectId: string } | null>;
  /** Whether there is such a department in the organization. */
  hasDepartment(queries: Queries, options: { organizationId: string; departmentId: string }): Promise<boolean>;
  /** How many users there are, and how many of them were seen at or after `activeSince` (epoch milliseconds). */
  userCounts(queries: Queries, options: { activeSince: number }): Promise<{ total: number; active: number }>;
}

export interface SshKey {
  readonly keyId: string;
  readonly name: string;
  /** One line in OpenSSH form without comment: `ssh-ed25519 AAAA…`. */
  readonly publicKey: string;
  /** `SHA256:…` as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/**
 * What keeps a project from being deleted. Implemented by plugins that keep things in projects, each for its own; access asks all of them, in the transaction of the
 * deletion, after it has locked the project.
 */
export interface ProjectOccupants {
  /** What they are, in the singular: `allocation`. */
  readonly kind: string;
  count(queries: Queries, options: { organizationId: string; projectId: string }): Promise<number>;
}

export const projectOccupantsRef = createServiceRef<ProjectOccupants>({
  id: 'portico.port.project-occupants',
  scope: 'root',
  multiton: true,
});

/** What runs or is being provisioned, as policies look at it. */
export interface RunningAllocation {
  readonly allocationId: string;
  readonly name: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly userId: string;
  readonly skuId: string;
  readonly imageId: string;
  /** Where it runs; null while nobody can say. */
  readonly region: string | null;
  readonly gpuCount: number;
  readonly pricePerHour: Micros;
  readonly currency: string;
  /** Since when nobody uses it; epoch milliseconds. Null while it is used, or nobody can say. */
  readonly idleSince: number | null;
}

/** What policies decide about, told by the plugin that keeps it. */
export interface PolicyGround {
  /** What holds while nobody has set a policy: the configuration of that plugin. */
  readonly defaults: PolicyDefaults;
  /** Newest first, at most `limit`; of every organization when none is named. */
  running(
    queries: Queries,
    filter: { organizationId?: string; projectId?: string; userId?: string; limit: number },
  ): Promise<readonly RunningAllocation[]>;
}

export const policyGroundRef = createServiceRef<PolicyGround>({
  id: 'portico.port.policy-ground',
  scope: 'root',
  multiton: true,
});

export const accessPortRef = createServiceRef<AccessPort>({ id: 'portico.port.access', scope: 'root' });
