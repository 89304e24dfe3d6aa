import { createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import { signInPage, sshKeysPage } from './pages';

export default createFrontendPlugin({
  pluginId: 'access',
  extensions: [
    portalPage(signInPage, async () => createElement((await import('./sign-in-page')).SignInPage)),
    portalPage(sshKeysPage, async () => createElement((await import('./ssh-keys-page')).SshKeysPage)),
  ],
});
export { signInPage, sshKeysPage } from './pages';
