import { createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import {
  allAuditLogsPage,
  auditLogsPage,
  everyonesApiKeysPage,
  serviceAccountPage,
  serviceAccountsPage,
  apiKeysPage,
  projectPage,
  projectsPage,
  signInPage,
  sshKeysPage,
} from './pages';

export default createFrontendPlugin({
  pluginId: 'access',
  extensions: [
    portalPage(signInPage, async () => createElement((await import('./sign-in-page')).SignInPage)),
    portalPage(apiKeysPage, async () => createElement((await import('./api-keys-page')).ApiKeysPage)),
    portalPage(everyonesApiKeysPage, async () =>
      createElement((await import('./everyones-api-keys-page')).EveryonesApiKeysPage),
    ),
    portalPage(serviceAccountsPage, async () =>
      createElement((await import('./service-accounts/service-accounts-page')).ServiceAccountsPage),
    ),
    portalPage(serviceAccountPage, async () =>
      createElement((await import('./service-accounts/service-account-page')).ServiceAccountPage),
    ),
    portalPage(sshKeysPage, async () => createElement((await import('./ssh-keys-page')).SshKeysPage)),
    portalPage(projectsPage, async () => createElement((await import('./projects/projects-page')).ProjectsPage)),
    portalPage(projectPage, async () => createElement((await import('./projects/project-page')).ProjectPage)),
    portalPage(auditLogsPage, async () => createElement((await import('./audit/audit-log-pages')).AuditLogsPage)),
    portalPage(allAuditLogsPage, async () => createElement((await import('./audit/audit-log-pages')).AllAuditLogsPage)),
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
  signInPage,
  sshKeysPage,
} from './pages';
/** Offered by the shell on every page, hence loaded when it is asked for. */
export const loadNewOrganizationDialog = () => import('./people/new-organization-dialog');
