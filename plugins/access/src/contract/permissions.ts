import { definePermissions } from '@portico/plugin-kit/contract';

/** Each sentence completes “may …”. */
export const accessPermissions = definePermissions({
  'access.api_key.manage': 'make, rotate and revoke one’s own API keys',
  'access.api_key.read': 'see one’s own API keys',
  'access.project.manage': 'create, rename and delete projects of the organization, and choose one’s default',
  'access.project.read': 'see the projects of the organization',
  'access.ssh_key.read': 'see one’s own SSH keys',
  'access.ssh_key.manage': 'add and remove one’s own SSH keys',
  'access.user.read_any': 'see every user of the platform with the balance of their organization',
});
