import { idSchema, operation } from '@portico/plugin-kit/contract';
import { platformRoleSchema, userDetailSchema } from './platform-users';

const TAG = 'admin';

const roleParams = {
  type: 'object',
  additionalProperties: false,
  required: ['user_id', 'role'],
  properties: { user_id: idSchema, role: platformRoleSchema },
} as const;

export const grantPlatformRole = operation({
  id: 'grantPlatformRole',
  method: 'PUT',
  path: 'admin/users/{user_id}/platform-roles/{role}',
  tag: TAG,
  summary: 'Give a user a role on the platform',
  description:
    'It holds from the user’s next request on. Nobody gives a role that may more than they may themselves; an API key counts by its scopes. Giving it again changes ' +
    'nothing.',
  permission: 'access.platform_role.manage_any',
  proof: 'fresh_or_key',
  params: roleParams,
  responses: { 200: userDetailSchema },
  errors: ['not_found', 'platform_role_beyond_own'],
});

export const revokePlatformRole = operation({
  id: 'revokePlatformRole',
  method: 'DELETE',
  path: 'admin/users/{user_id}/platform-roles/{role}',
  tag: TAG,
  summary: 'Take a role on the platform from a user',
  description:
    'From the user’s next request on; what they opened with it closes within seconds. There is always an active platform administrator.',
  permission: 'access.platform_role.manage_any',
  proof: 'fresh_or_key',
  params: roleParams,
  responses: { 200: userDetailSchema },
  errors: ['not_found', 'platform_role_beyond_own', 'platform_admin_is_last'],
});
