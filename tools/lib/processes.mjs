import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** The oldest Node these tools themselves run on; the portal runs on the one that npm installs beside it. */
const TOOLS_NODE_MIN = 20;
const PORTAL_NODE_MIN = 24;

/** Says why and ends: for what the person who typed the command can mend. */
export function stop(message) {
  process.stderr.write(`\n${message}\n\n`);
  process.exit(1);
}

export function requireToolsNode() {
  if (Number(process.versions.node.split('.')[0]) < TOOLS_NODE_MIN) {
    stop(
      `Portico needs Node ${TOOLS_NODE_MIN} or newer to start; this is ${process.version}. Get it from https://nodejs.org.`,
    );
  }
}

/** The Node that the portal runs on: installed with the dependencies where it exists for this machine, else the one at hand when it is new enough. */
export function portalNode() {
  const installed = join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  if (existsSync(installed)) return installed;
  if (Number(process.versions.node.split('.')[0]) >= PORTAL_NODE_MIN) return process.execPath;
  return stop(
    `Portico runs on Node ${PORTAL_NODE_MIN}. It comes with the dependencies on Linux x64; on this machine install Node ${PORTAL_NODE_MIN} yourself (this is ${process.version}).`,
  );
}

/** Environment in which a bare `node` and the tools of node_modules are the portal's own. */
export function portalEnvironment(extra = {}) {
  return {
    ...process.env,
    PATH: `${dirname(portalNode())}:${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
    ...extra,
  };
}

/** Runs to the end and resolves with the exit code; the output goes where ours goes, or is collected by `onOutput`. */
export function run(command, args, { env = process.env, cwd = root, onOutput, onStart } = {}) {
  return new Promise(resolve => {
    const child = spawn(command, args, { cwd, env, stdio: onOutput ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    onStart?.(child);
    if (onOutput)
      for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => onOutput(String(chunk)));
    child.on('error', error => {
      (onOutput ?? (text => process.stderr.write(text)))(`${command}: ${error.message}\n`);
      resolve(127);
    });
    child.on('close', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

/** A program of node_modules, under the portal's Node. */
export function runScript(script, args, options = {}) {
  return run(portalNode(), [join(root, script), ...args], { env: portalEnvironment(), ...options });
}

/** Runs a server in the foreground: signals we get are passed on, and we end as it ends. */
export async function serveInForeground(command, args, options = {}) {
  const code = await run(command, args, {
    ...options,
    onStart: child => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    },
  });
  process.exit(code);
}
