/** Authorization: denied unless the caller holds the permission. The permissions are the contracts', each with its sentence. */
import { createServiceFactory } from '@backstage/backend-plugin-api';
import { authorizationRef } from '@portico/plugin-kit/backend';
import type { Authorization, Caller, UserCaller } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { PluginContract } from '@portico/plugin-kit/contract';
import { contractListRef } from '../http/contract-list';

/** Permissions of the portal itself are granted by those who run it, all others inside the organization. */
const PLATFORM_PERMISSION = /^(platform|fleet)\.|^catalog\.\w+\.manage$|_any$|\.(grant|force_release)$/;
/** Any member's, not any organization's. */
const OF_ANY_MEMBER = 'access.api_key.manage_any';

export function createAuthorization(contracts: readonly PluginContract[]): Authorization {
  const permissions = new Map(contracts.flatMap(contract => Object.entries(contract.permissions)));
  return {
    permissions,
    allows: (caller, permission) => caller.kind === 'user' && caller.permissions.has(permission),
    require(caller: Caller, permission: string): asserts caller is UserCaller {
      if (caller.kind === 'anonymous') throw common.fail('authentication_required');
      if (caller.permissions.has(permission)) return;
      const sentence = permissions.get(permission) ?? permission;
      throw common.fail('permission_denied', {
        message: `You may not ${sentence}.`,
        details: {
          permission,
          sentence,
          granted_by:
            PLATFORM_PERMISSION.test(permission) && permission !== OF_ANY_MEMBER
              ? 'an administrator of the platform'
              : 'an administrator of your organization',
        },
      });
    },
  };
}

export const authorizationServiceFactory = createServiceFactory({
  service: authorizationRef,
  deps: { list: contractListRef },
  factory: ({ list }) => createAuthorization(list.contracts),
});
