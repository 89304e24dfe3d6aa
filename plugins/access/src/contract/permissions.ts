import { definePermissions } from '@portico/plugin-kit/contract';

/** Each sentence completes “may …”. */
export const accessPermissions = definePermissions({
  'access.api_key.manage': 'make, rotate and revoke one’s own API keys',
  'access.api_key.manage_any': 'see and revoke the API keys of every member of the organization',
  'access.api_key.read': 'see one’s own API keys',
  'access.department.manage': 'create and rename departments, and move projects between them',
  'access.member.manage': 'invite people to the organization and its projects, change their roles and remove them',
  'access.member.read': 'see who belongs to the organization and with which role',
  'access.organization.manage': 'rename the organization and say how its members must sign in',
  'access.organization.transfer': 'make somebody an owner of the organization, or end their ownership',
  'access.platform_role.manage_any': 'give and take roles on the platform',
  'access.policy.manage': 'set the policies of the organization, its projects and members',
  'access.policy.manage_any': 'set the policies of the platform, its plans and every organization',
  'access.policy.read': 'see the policies that apply, and where each was set',
  'access.project.manage': 'create, rename and delete projects of the organization',
  'access.project.read': 'see the projects of the organization',
  'access.project_member.manage': 'give and take roles in projects, to people who belong to the organization',
  'access.service_account.manage': 'create, change and remove service accounts and their keys',
  'access.service_account.read': 'see the service accounts of the organization',
  'access.ssh_key.read': 'see one’s own SSH keys',
  'access.ssh_key.manage': 'add and remove one’s own SSH keys',
  'access.support.open_any': 'look into an organization for support, giving a reason',
  'access.user.manage_any': 'create, disable and enable users of the platform',
  'access.user.read_any': 'see every user of the platform with the balance of their organization',
});
