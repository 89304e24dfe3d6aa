import { createServiceFactory } from '@backstage/backend-plugin-api';
import { accessPortRef, resolvePolicies } from '@portico/plugin-access/port';
import type { AccessPort } from '@portico/plugin-access/port';

/** An access that knows whom it was told of, for a portal without accounts. */
export class StandInAccess implements AccessPort {
  /** Organization → whom to write to there. */
  readonly addresses = new Map<string, readonly { userId: string; username: string; email: string }[]>();
  readonly named = new Map<string, string>();
  /** Organization and user → their place. */
  readonly homes = new Map<string, { departmentId: string; projectId: string }>();

  readonly factory = createServiceFactory({ service: accessPortRef, deps: {}, factory: () => this });

  sshKeys: AccessPort['sshKeys'] = async () => [];
  usernames: AccessPort['usernames'] = async (_queries, ids) => this.#known(ids);
  userNamed: AccessPort['userNamed'] = async () => null;
  departmentOf: AccessPort['departmentOf'] = async (_queries, { organizationId, projectId }) =>
    this.#homesIn(organizationId).find(home => home.projectId === projectId)?.departmentId ?? null;
  policies: AccessPort['policies'] = async () => resolvePolicies(new Map(), {});
  names: AccessPort['names'] = async (_queries, { organizations = [], departments = [], projects = [] }) =>
    this.#known([...organizations, ...departments, ...projects]);
  contacts: AccessPort['contacts'] = async (_queries, { organizationId }) => this.addresses.get(organizationId) ?? [];
  homeOf: AccessPort['homeOf'] = async (_queries, { organizationId, userId }) => {
    const [place, home] =
      [...this.homes].find(([key]) =>
        organizationId === undefined ? key.endsWith(` ${userId}`) : key === `${organizationId} ${userId}`,
      ) ?? [];
    return place === undefined || home === undefined ? null : { organizationId: place.split(' ')[0] ?? '', ...home };
  };
  hasDepartment: AccessPort['hasDepartment'] = async (_queries, { organizationId, departmentId }) =>
    this.#homesIn(organizationId).some(home => home.departmentId === departmentId);
  userCounts: AccessPort['userCounts'] = async () => ({ total: 0, active: 0 });

  #homesIn(organizationId: string) {
    return [...this.homes].filter(([key]) => key.startsWith(`${organizationId} `)).map(([, home]) => home);
  }

  #known(ids: readonly string[]): ReadonlyMap<string, string> {
    return new Map(ids.flatMap(id => (this.named.has(id) ? [[id, this.named.get(id) as string] as const] : [])));
  }
}
