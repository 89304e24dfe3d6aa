/** `npm run serve`: the production build, nothing installed and nothing built. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { portalEnvironment, portalNode, requireToolsNode, root, serveInForeground, stop } from './lib/processes.mjs';

requireToolsNode();
if (!existsSync(join(root, 'packages/backend/dist/main.js')))
  stop('The portal is not built yet: npm run build (or npm start, which does all that is needed).');
await serveInForeground(portalNode(), ['--enable-source-maps', 'packages/backend/dist/main.js'], {
  env: portalEnvironment({ NODE_ENV: 'production' }),
});
