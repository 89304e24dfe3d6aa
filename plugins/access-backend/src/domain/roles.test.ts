import { accessPermissions } from '@portico/plugin-access/contract';
import { ORGANIZATION_OWNER, organizationRoles, permissionsOf, PLATFORM_ADMIN, platformRoles } from './roles';

test('an owner may do nothing on the platform', () => {
  const owner = permissionsOf({ organization: ['organization_owner'], platform: [] });
  expect(owner.has('workloads.allocation.launch')).toBe(true);
  for (const permission of platformRoles.get(PLATFORM_ADMIN) ?? []) expect(owner.has(permission)).toBe(false);
});

test('roles add up, and a role nobody knows grants nothing', () => {
  const both = permissionsOf({ organization: ['organization_owner'], platform: ['platform_admin'] });
  expect(both.size).toBe(
    (organizationRoles.get(ORGANIZATION_OWNER)?.length ?? 0) + (platformRoles.get(PLATFORM_ADMIN)?.length ?? 0),
  );
  expect(permissionsOf({ organization: ['astronaut'], platform: ['constructor'] }).size).toBe(0);
});

test('every permission of this plugin is granted by some role', () => {
  const granted = permissionsOf({ organization: ['organization_owner'], platform: ['platform_admin'] });
  expect(Object.keys(accessPermissions).filter(name => !granted.has(name))).toEqual([]);
});
