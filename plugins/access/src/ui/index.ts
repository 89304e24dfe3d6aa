import { createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { allAuditLogsPage, auditLogsPage, apiKeysPage, signInPage, sshKeysPage } from './pages';

export default createFrontendPlugin({
  pluginId: 'access',
  extensions: [
    portalPage(signInPage, async () => createElement((await import('./sign-in-page')).SignInPage)),
    portalPage(apiKeysPage, async () => createElement((await import('./api-keys-page')).ApiKeysPage)),
    portalPage(sshKeysPage, async () => createElement((await import('./ssh-keys-page')).SshKeysPage)),
    portalPage(auditLogsPage, async () => createElement((await import('./audit/audit-log-pages')).AuditLogsPage)),
    portalPage(allAuditLogsPage, async () => createElement((await import('./audit/audit-log-pages')).AllAuditLogsPage)),
  ],
});
export { allAuditLogsPage, auditLogsPage, apiKeysPage, signInPage, sshKeysPage } from './pages';
