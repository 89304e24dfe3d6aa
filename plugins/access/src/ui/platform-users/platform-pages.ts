import { previewUserRefund, refundUser } from '@portico/plugin-billing/contract';
import { definePage } from '@portico/plugin-kit/ui';
import {
  createSetPasswordLink,
  createUser,
  creditUser,
  disableUser,
  enableUser,
  endUserSessions,
  getUser,
  listUsers,
} from '../../contract/admin-operations';
import { removeUserFactors } from '../../contract/factor-operations';
import { grantPlatformRole, revokePlatformRole } from '../../contract/platform-role-operations';
import {
  endSupportSession,
  getAnyOrganization,
  listAllOrganizations,
  listSupportSessions,
  openSupportSession,
} from '../../contract/support-operations';

export const usersPage = definePage({
  name: 'users',
  path: '/admin/users',
  title: 'Users',
  operations: { listUsers, createUser, creditUser },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const userPage = definePage({
  name: 'user',
  path: '/admin/users/:userId',
  title: 'User',
  operations: {
    getUser,
    creditUser,
    previewUserRefund,
    refundUser,
    createSetPasswordLink,
    disableUser,
    enableUser,
    endUserSessions,
    removeUserFactors,
    grantPlatformRole,
    revokePlatformRole,
  },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const supportPage = definePage({
  name: 'support',
  path: '/admin/support',
  title: 'Support',
  operations: { listAllOrganizations, getAnyOrganization, openSupportSession, listSupportSessions, endSupportSession },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});
