import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The programs a sandbox needs besides the system's: the two bundles, and the terminal library's native part. */
export interface RuntimeAssets {
  supervisor: string;
  directory: string;
  ptyPackages: readonly { name: string; directory: string }[];
}

/** Finds what `build-runtime.mjs` made. Throws with the command to run when it was not. */
export function findAssets(directory: string): RuntimeAssets {
  const supervisor = join(directory, 'supervisor.cjs');
  if (!existsSync(supervisor) || !existsSync(join(directory, 'agent.cjs'))) {
    throw new Error(`The local runtime’s programs are missing in ${directory}: run \`npm run build\`.`);
  }
  const require = createRequire(join(realpathSync(directory), 'agent.cjs'));
  const name = `@lydell/node-pty-${process.platform}-${process.arch}`;
  return {
    supervisor,
    directory: realpathSync(directory),
    ptyPackages: [{ name, directory: realpathSync(dirname(require.resolve(`${name}/pty.node`))) }],
  };
}
