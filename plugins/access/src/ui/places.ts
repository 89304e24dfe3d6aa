import type { PageDefinition } from '@portico/plugin-kit/ui';
import type * as accountPages from './account/account-pages';
import type * as pages from './pages';
import type * as peoplePages from './people/people-pages';
import type * as platformPages from './platform-users/platform-pages';
import type * as policyPages from './policies/policy-pages';
import type * as signInPages from './sign-in/sign-in-pages';

type Place<Page extends PageDefinition> = Pick<Page, 'name' | 'path' | 'title'>;
type Pages = typeof pages &
  Omit<typeof accountPages, 'FACTORS_SHOWN_BY'> &
  typeof signInPages &
  Omit<typeof peoplePages, 'newOrganizationDialog'> &
  typeof platformPages &
  typeof policyPages;

/**
 * Where the pages are, without what they call: all that has to be loaded before one of them is opened. The types hold each place against the definition of its page.
 */
export const places: { readonly [Name in keyof Pages]: Place<Pages[Name]> } = {
  projectsPage: { name: 'projects', path: '/access/projects', title: 'Projects' },
  projectPage: { name: 'project', path: '/access/projects/:projectId', title: 'Project' },
  auditLogsPage: { name: 'audit-logs', path: '/access/audit-logs', title: 'Audit log' },
  allAuditLogsPage: { name: 'all-audit-logs', path: '/admin/audit-logs', title: 'Audit log of the platform' },
  sshKeysPage: { name: 'ssh-keys', path: '/access/ssh-keys', title: 'SSH keys' },
  apiKeysPage: { name: 'api-keys', path: '/access/api-keys', title: 'API keys' },
  everyonesApiKeysPage: { name: 'everyones-api-keys', path: '/access/api-keys/everyone', title: 'Everyone’s API keys' },
  serviceAccountsPage: { name: 'service-accounts', path: '/access/service-accounts', title: 'Service accounts' },
  serviceAccountPage: {
    name: 'service-account',
    path: '/access/service-accounts/:serviceAccountId',
    title: 'Service account',
  },
  profilePage: { name: 'profile', path: '/account/profile', title: 'Profile' },
  securityPage: { name: 'security', path: '/account/security', title: 'Security' },
  sessionsPage: { name: 'sessions', path: '/account/sessions', title: 'Sessions' },
  signInPage: { name: 'sign-in', path: '/login', title: 'Sign in' },
  signInCallbackPage: { name: 'sign-in-callback', path: '/login/callback', title: 'Signing in' },
  forgotPasswordPage: { name: 'forgot-password', path: '/login/forgot', title: 'Forgot password' },
  resetPasswordPage: { name: 'reset-password', path: '/login/reset', title: 'New password' },
  verifyEmailPage: { name: 'verify-email', path: '/account/verify-email', title: 'Confirm your e-mail address' },
  teamPage: { name: 'team', path: '/access/team', title: 'Team' },
  memberPage: { name: 'member', path: '/access/team/:userId', title: 'Member' },
  organizationPage: { name: 'organization', path: '/access/organization', title: 'Organization' },
  invitationPage: { name: 'invitation', path: '/invitations', title: 'Invitation' },
  usersPage: { name: 'users', path: '/admin/users', title: 'Users' },
  userPage: { name: 'user', path: '/admin/users/:userId', title: 'User' },
  supportPage: { name: 'support', path: '/admin/support', title: 'Support' },
  policiesPage: { name: 'policies', path: '/access/policies', title: 'Policies' },
  platformPoliciesPage: { name: 'platform-policies', path: '/admin/policies', title: 'Policies of the platform' },
};
