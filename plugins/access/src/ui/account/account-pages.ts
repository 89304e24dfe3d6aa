import { definePage } from '@portico/plugin-kit/ui';
import {
  changeEmail,
  changePassword,
  checkPassword,
  endOtherSessions,
  endSession,
  getProfile,
  listSessions,
  resendVerification,
  updateProfile,
} from '../../contract/account-operations';
import { getSignInOptions } from '../../contract/auth-operations';
import {
  addPasskey,
  beginPasskey,
  beginTotp,
  confirmTotp,
  getFactors,
  removePasskey,
  removeTotp,
  renamePasskey,
  renewRecoveryCodes,
} from '../../contract/factor-operations';
import { authorizeIdentity, listIdentities, unlinkIdentity } from '../../contract/oidc-operations';

export const profilePage = definePage({
  name: 'profile',
  path: '/account/profile',
  title: 'Profile',
  operations: { getProfile, updateProfile, changeEmail, resendVerification },
  states: ['loading', 'error', 'success', 'rate_limited'],
});

export const securityPage = definePage({
  name: 'security',
  path: '/account/security',
  title: 'Security',
  operations: {
    getProfile,
    changePassword,
    checkPassword,
    getFactors,
    beginTotp,
    confirmTotp,
    removeTotp,
    renewRecoveryCodes,
    beginPasskey,
    addPasskey,
    renamePasskey,
    removePasskey,
    listIdentities,
    authorizeIdentity,
    unlinkIdentity,
    getSignInOptions,
  },
  states: ['loading', 'error', 'success', 'rate_limited'],
});

export const sessionsPage = definePage({
  name: 'sessions',
  path: '/account/sessions',
  title: 'Sessions',
  operations: { listSessions, endSession, endOtherSessions, getSignInOptions },
  states: ['loading', 'error', 'success', 'rate_limited'],
});

/** What a change of factors makes stale: also what the organization still demands, and the sessions that ended. */
export const FACTORS_SHOWN_BY = ['getFactors', 'getMe', 'getProof', 'listSessions'] as const;
