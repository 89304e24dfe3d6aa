/** `node tools/real-nodes.mjs`: what tests against real nodes need, without the tests; `npm test` does the same first. */
import { installPackages } from './lib/packages.mjs';
import { requireToolsNode, stop } from './lib/processes.mjs';
import { ensureBaseImage, missingRealNodePackages, whyNoRealNodes } from './lib/real-nodes.mjs';

requireToolsNode();
const reason = whyNoRealNodes();
if (reason !== null) stop(`Real nodes cannot run here: ${reason}.`);
await installPackages(missingRealNodePackages());
process.exit((await ensureBaseImage()) ? 0 : 1);
