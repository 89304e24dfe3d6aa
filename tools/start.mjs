/** `npm start`: whatever is missing (dependencies, the build), then the portal. Quick when nothing is. */
import { ensureBuilt, ensureDependencies } from './lib/prepare.mjs';
import { portalEnvironment, portalNode, requireToolsNode, serveInForeground } from './lib/processes.mjs';

requireToolsNode();
await ensureDependencies();
await ensureBuilt();
await serveInForeground(portalNode(), ['--enable-source-maps', 'packages/backend/dist/main.js'], {
  env: portalEnvironment({ NODE_ENV: 'production' }),
});
