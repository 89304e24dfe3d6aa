/** `npm run dev`: the backend rebuilt and restarted on every change, the app by Vite with hot reload, which passes API calls on. */
import { spawn } from 'node:child_process';
import { ensureDependencies } from './lib/prepare.mjs';
import { portalEnvironment, portalNode, requireToolsNode, root, runScript } from './lib/processes.mjs';

requireToolsNode();
await ensureDependencies();
const { watchBackend } = await import('../packages/backend/build.mjs');

let backend;
let stopping = false;
const start = () => {
  backend = spawn(portalNode(), ['--enable-source-maps', 'packages/backend/dist/main.js'], {
    cwd: root,
    env: portalEnvironment(),
    stdio: 'inherit',
  });
};
const restart = () => {
  if (stopping) return;
  if (!backend || backend.exitCode !== null || backend.signalCode !== null) return start();
  // The next one starts when this one has let go of the port and the data directory.
  backend.removeAllListeners('exit');
  backend.once('exit', () => stopping || start());
  backend.kill('SIGTERM');
};
const watching = await watchBackend(restart);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopping = true;
    backend?.kill('SIGTERM');
    void watching.dispose();
  });
}
await runScript('node_modules/vite/bin/vite.js', ['packages/app'], {
  onStart: vite => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => vite.kill('SIGTERM'));
  },
});
