import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Bundles the two programs of the local runtime that run outside the backend: the supervisor (one per allocation, outlives the backend)
 * and the agent (inside the sandbox, where no node_modules exist but the terminal library's native part, which is mounted).
 * @param {{ outdir?: string }} options
 * @returns {Promise<string>} the directory, for the runtime's `assetsDirectory`
 */
export async function buildRuntime({ outdir = join(here, 'dist') } = {}) {
  const local = join(here, 'src/runtimes/local');
  await build({
    entryPoints: { supervisor: join(local, 'supervisor/supervisor.ts'), agent: join(local, 'agent/agent.ts') },
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['@lydell/*'],
    logLevel: 'warning',
  });
  return outdir;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildRuntime({ outdir: process.argv[2] });
