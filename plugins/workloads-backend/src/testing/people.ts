import { resolvePolicies } from '@portico/plugin-access/port';
import type { AccessPort, PolicyDefaults, SshKey } from '@portico/plugin-access/port';
import type { BillingPort } from '@portico/plugin-billing/port';
import type { Database, UserCaller } from '@portico/plugin-kit/backend';
import { MICROS_PER_UNIT } from '@portico/plugin-kit/contract';
import { workloadPermissions } from '@portico/plugin-workloads/contract';

/** Access as the workloads see it, kept in memory: hundreds of people without hundreds of passwords. */
export class PeopleInMemory implements AccessPort {
  readonly people = new Map<string, UserCaller>();
  readonly keys = new Map<string, SshKey[]>();

  /** Nobody sets policies here: what the configuration says holds. */
  constructor(private readonly defaults: PolicyDefaults = {}) {}

  addKey(userId: string, keyId: string): void {
    const key = { keyId, name: keyId, publicKey: `ssh-ed25519 ${keyId}`, fingerprint: `SHA256:${keyId}` };
    this.keys.set(userId, [...(this.keys.get(userId) ?? []), key]);
  }

  sshKeys: AccessPort['sshKeys'] = async (_queries, { userId, keyIds }) => {
    const keys = this.keys.get(userId) ?? [];
    if (!keyIds) return keys;
    const found = keys.filter(key => keyIds.includes(key.keyId));
    return found.length === keyIds.length ? found : null;
  };

  usernames: AccessPort['usernames'] = async (_queries, userIds) =>
    new Map(userIds.flatMap(id => (this.people.has(id) ? [[id, this.people.get(id)!.username] as const] : [])));

  userNamed: AccessPort['userNamed'] = async (_queries, username) =>
    [...this.people.values()].find(one => one.username === username)?.userId ?? null;

  departmentOf: AccessPort['departmentOf'] = async (_queries, { organizationId, projectId }) =>
    [...this.people.values()].find(one => one.organizationId === organizationId && one.projectId === projectId)
      ?.departmentId ?? null;

  policies: AccessPort['policies'] = async () => resolvePolicies(new Map(), this.defaults);

  names: AccessPort['names'] = async () => new Map();

  hasDepartment: AccessPort['hasDepartment'] = async () => false;

  contacts: AccessPort['contacts'] = async (_queries, { organizationId, permission }) =>
    [...this.people.values()]
      .filter(one => one.organizationId === organizationId && one.permissions.has(permission))
      .map(({ userId, username }) => ({ userId, username, email: `${username}@example.test` }));

  homeOf: AccessPort['homeOf'] = async (_queries, { organizationId, userId }) => {
    const person = this.people.get(userId);
    if (person === undefined || person.organizationId !== (organizationId ?? person.organizationId)) return null;
    return { organizationId: person.organizationId, departmentId: person.departmentId, projectId: person.projectId };
  };

  userCounts: AccessPort['userCounts'] = async () => ({ total: this.people.size, active: 0 });
}

/** What a member of an organization may do; what administrators may is asked for by name. */
export const memberPermissions = [
  ...Object.keys(workloadPermissions).filter(
    name => !name.endsWith('_any') && !name.endsWith('force_release') && !name.startsWith('platform.'),
  ),
  'catalog.sku.read',
  'catalog.image.read',
  'billing.balance.read',
  'billing.usage.read',
];

/** An account with so many units on it. */
export async function fund(
  services: { database: Database; billing: BillingPort },
  caller: UserCaller,
  units: number,
): Promise<void> {
  const { organizationId, departmentId, projectId, userId } = caller;
  await services.database.transaction(async tx => {
    const { currency } = await services.billing.openAccount(tx, { organizationId });
    if (units === 0) return;
    await services.billing.credit(tx, {
      kind: 'internal_credit',
      scope: { organizationId, departmentId, projectId, userId, allocationId: null },
      amount: BigInt(units) * MICROS_PER_UNIT,
      currency,
      reason: 'test',
      reference: `funds of ${organizationId}`,
      actor: { type: 'system', id: 'test' },
      correlationId: 'corr_test',
    });
  });
}
