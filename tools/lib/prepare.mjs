import { portalNode, root, run, runScript, stop } from './processes.mjs';
import { buildState, dependencyState } from './stamps.mjs';

/** Installs what the lockfile says, unless it is there already. */
export async function ensureDependencies() {
  const state = dependencyState();
  if (state.current) return;
  process.stdout.write('Installing dependencies (once, some minutes)…\n');
  // npm tells its scripts where it is; started without it, whatever `npm` the PATH has.
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  // The Node that runs us may live in the very folder that npm is about to replace; npm's own does not.
  const outside = node && !node.startsWith(`${root}/node_modules`);
  const code = npm && outside ? await run(node, [npm, 'ci']) : await run('npm', ['ci']);
  if (code === 127) stop('npm was not found. It comes with Node: https://nodejs.org.');
  if (code !== 0) stop('Installing the dependencies failed; npm said why above. Nothing else was done.');
  dependencyState().stamp();
  portalNode();
}

/** Builds, unless what is built is of these sources already. */
export async function ensureBuilt() {
  if (buildState().current) return;
  process.stdout.write('Building…\n');
  if ((await runScript('tools/build.mjs', [])) !== 0) stop('The build failed; see above.');
}
