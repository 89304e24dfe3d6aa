import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, context } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const runtimeBuild = join(here, '../../plugins/fleet-backend/build-runtime.mjs');

/** Our own packages are TypeScript and go into the bundle; what npm installed stays outside and is loaded by Node. */
const externalPackages = {
  name: 'external-packages',
  setup(bundler) {
    bundler.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@portico/') ? undefined : { path, external: true },
    );
  },
};

const optionsFor = outdir => ({
  entryPoints: [join(here, 'src/main.ts')],
  outfile: join(outdir, 'main.js'),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  sourcemap: true,
  plugins: [externalPackages],
  logLevel: 'warning',
});

/** The backend as one file, and beside it the programs that the local runtime starts. */
export async function buildBackend({ outdir = join(here, 'dist') } = {}) {
  await rm(outdir, { recursive: true, force: true });
  await build(optionsFor(outdir));
  await buildRuntimes(outdir);
}

/** Builds again after every change; `onBuilt` hears of each build that went through. */
export async function watchBackend(onBuilt) {
  const outdir = join(here, 'dist');
  const options = optionsFor(outdir);
  await buildRuntimes(outdir);
  const told = { name: 'told', setup: bundler => bundler.onEnd(result => result.errors.length === 0 && onBuilt()) };
  const watching = await context({ ...options, plugins: [...options.plugins, told] });
  await watching.watch();
  return watching;
}

async function buildRuntimes(outdir) {
  if (!existsSync(runtimeBuild)) return;
  const { buildRuntime } = await import(pathToFileURL(runtimeBuild).href);
  await buildRuntime({ outdir: join(outdir, 'runtime') });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildBackend({ outdir: process.argv[2] });
