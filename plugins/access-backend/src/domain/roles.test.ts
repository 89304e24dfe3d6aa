import { accessPermissions } from '@portico/plugin-access/contract';
import {
  isOfProject,
  organizationRoles,
  OWNER,
  permissionsOf,
  PLATFORM_ADMIN,
  platformRoles,
  projectRoles,
} from './roles';
import type { HeldRoles } from './roles';

const nobody: HeldRoles = { organization: null, project: null, platform: [], isSupport: false };
const granted = (roles: Partial<HeldRoles>) => permissionsOf({ ...nobody, ...roles });

test('an owner may do nothing on the platform', () => {
  const { permissions } = granted({ organization: OWNER });
  expect(permissions.has('workloads.allocation.launch')).toBe(true);
  for (const permission of platformRoles.get(PLATFORM_ADMIN) ?? []) expect(permissions.has(permission)).toBe(false);
});

test('roles add up, and a role nobody knows grants nothing', () => {
  const both = granted({ organization: OWNER, platform: [PLATFORM_ADMIN] });
  expect(both.permissions.size).toBe(
    (organizationRoles.get(OWNER)?.length ?? 0) + (platformRoles.get(PLATFORM_ADMIN)?.length ?? 0),
  );
  expect(granted({ organization: 'astronaut', project: 'toString', platform: ['constructor'] }).permissions.size).toBe(
    0,
  );
});

test('every permission of this plugin is granted by some role', () => {
  const { permissions } = granted({ organization: OWNER, platform: [PLATFORM_ADMIN] });
  expect(Object.keys(accessPermissions).filter(name => !permissions.has(name))).toEqual([]);
});

test('what a role in a project grants holds there alone, and is nothing that reaches beyond a project', () => {
  for (const [name, permissions] of projectRoles) {
    const here = granted({ organization: 'guest', project: name });
    for (const permission of permissions) {
      expect([name, permission, isOfProject(permission)]).toEqual([name, permission, true]);
      expect(here.permissions.has(permission)).toBe(true);
      const everywhere = organizationRoles.get('guest')?.includes(permission) ?? false;
      expect(here.organizationPermissions.has(permission)).toBe(everywhere);
    }
  }
});

test('a viewer and support change nothing but what is their own', () => {
  const ownKeys = ['access.api_key.manage', 'access.ssh_key.manage'];
  const changes = (roles: Partial<HeldRoles>) =>
    [...granted(roles).permissions].filter(permission => !permission.endsWith('.read'));
  expect(changes({ organization: 'viewer' })).toEqual(ownKeys);
  expect(changes({ isSupport: true })).toEqual([]);
});

test('no role in an organization grants more than its owner has', () => {
  const { permissions } = granted({ organization: OWNER });
  for (const [name, grants] of organizationRoles) {
    expect([name, grants.filter(permission => !permissions.has(permission))]).toEqual([name, []]);
  }
});
