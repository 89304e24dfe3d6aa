import { listCurrencies } from '@portico/plugin-billing/contract';
import { definePage } from '@portico/plugin-kit/ui';
import {
  createDepartment,
  deleteDepartment,
  listDepartments,
  moveProject,
  renameDepartment,
} from '../../contract/department-operations';
import {
  acceptInvitation,
  createInvitation,
  listInvitations,
  previewInvitation,
  resendInvitation,
  revokeInvitation,
} from '../../contract/invitation-operations';
import {
  changeMemberRole,
  getMember,
  leaveOrganization,
  listMembers,
  listRoles,
  removeMember,
  removeProjectMember,
  setProjectMember,
  transferOrganization,
} from '../../contract/member-operations';
import { createOrganization, getOrganization, updateOrganization } from '../../contract/organization-operations';
import { listPermissions } from '../../contract/api-key-operations';
import { getSignInOptions } from '../../contract/auth-operations';
import { listProjects } from '../../contract/resource-operations';

export const teamPage = definePage({
  name: 'team',
  path: '/access/team',
  title: 'Team',
  operations: {
    listMembers,
    listRoles,
    listPermissions,
    listInvitations,
    createInvitation,
    resendInvitation,
    revokeInvitation,
    changeMemberRole,
    removeMember,
  },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const memberPage = definePage({
  name: 'member',
  path: '/access/team/:userId',
  title: 'Member',
  operations: {
    getMember,
    listRoles,
    listPermissions,
    changeMemberRole,
    removeMember,
    setProjectMember,
    removeProjectMember,
  },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const organizationPage = definePage({
  name: 'organization',
  path: '/access/organization',
  title: 'Organization',
  operations: {
    getOrganization,
    updateOrganization,
    getSignInOptions,
    listDepartments,
    createDepartment,
    renameDepartment,
    deleteDepartment,
    listProjects,
    moveProject,
    listMembers,
    leaveOrganization,
    transferOrganization,
  },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const invitationPage = definePage({
  name: 'invitation',
  path: '/invitations',
  title: 'Invitation',
  operations: { previewInvitation, acceptInvitation },
  states: ['loading', 'error', 'success', 'rate_limited'],
});

/** A dialog the shell offers on every page. */
export const newOrganizationDialog = definePage({
  name: 'new-organization',
  path: '*',
  title: 'New organization',
  operations: { createOrganization, listCurrencies },
  states: ['error', 'success'],
});
