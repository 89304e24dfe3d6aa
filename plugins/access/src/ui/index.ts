import { createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { accountExtensions } from './account-extensions';
import { peopleExtensions } from './people-extensions';
import { platformExtensions } from './platform-extensions';
import { policyExtensions } from './policy-extensions';
import { places } from './places';

export default createFrontendPlugin({
  pluginId: 'access',
  extensions: [
    ...accountExtensions,
    ...peopleExtensions,
    ...platformExtensions,
    ...policyExtensions,
    portalPage(places.apiKeysPage, async () => createElement((await import('./api-keys-page')).ApiKeysPage)),
    portalPage(places.everyonesApiKeysPage, async () =>
      createElement((await import('./everyones-api-keys-page')).EveryonesApiKeysPage),
    ),
    portalPage(places.serviceAccountsPage, async () =>
      createElement((await import('./service-accounts/service-accounts-page')).ServiceAccountsPage),
    ),
    portalPage(places.serviceAccountPage, async () =>
      createElement((await import('./service-accounts/service-account-page')).ServiceAccountPage),
    ),
    portalPage(places.sshKeysPage, async () => createElement((await import('./ssh-keys-page')).SshKeysPage)),
    portalPage(places.projectsPage, async () => createElement((await import('./projects/projects-page')).ProjectsPage)),
    portalPage(places.projectPage, async () => createElement((await import('./projects/project-page')).ProjectPage)),
    portalPage(places.auditLogsPage, async () =>
      createElement((await import('./audit/audit-log-pages')).AuditLogsPage),
    ),
    portalPage(places.allAuditLogsPage, async () =>
      createElement((await import('./audit/audit-log-pages')).AllAuditLogsPage),
    ),
  ],
});
export {
  allAuditLogsPage,
  auditLogsPage,
  everyonesApiKeysPage,
  serviceAccountPage,
  serviceAccountsPage,
  apiKeysPage,
  projectPage,
  projectsPage,
  sshKeysPage,
} from './pages';
export {
  forgotPasswordPage,
  resetPasswordPage,
  signInCallbackPage,
  signInPage,
  verifyEmailPage,
} from './sign-in/sign-in-pages';
export type { SignInHandover } from './sign-in/sign-in-page';
export { profilePage, securityPage, sessionsPage } from './account/account-pages';
export { platformPoliciesPage, policiesPage } from './policies/policy-pages';
export { invitationPage, memberPage, organizationPage, teamPage } from './people/people-pages';
export { supportPage, userPage, usersPage } from './platform-users/platform-pages';
export { stepUp } from './step-up/step-up-definition';
/** Asked by the shell when an operation wants to know again who is there. */
export const loadStepUpDialog = () => import('./step-up/step-up-dialog');
/** Offered by the shell on every page, hence loaded when it is asked for. */
export const loadNewOrganizationDialog = () => import('./people/new-organization-dialog');
