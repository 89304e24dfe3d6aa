import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, stop } from './processes.mjs';

export function onPath(program) {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some(
    folder => folder !== '' && existsSync(join(folder, program)),
  );
}

/** Installs Debian packages, or says the one command that does and ends. */
export async function installPackages(packages) {
  if (packages.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const asRoot =
    process.getuid?.() === 0 ? [] : spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined;
  if (!onPath('apt-get') || !asRoot)
    stop(`The tests need ${packages.join(', ')}. Install them and run again:\n\n  sudo ${command}`);
  process.stdout.write(`Installing what the tests drive: ${packages.join(', ')}…\n`);
  const [first, ...rest] = [...asRoot, 'apt-get'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run(first, [...rest, 'update', '-qq'], { env });
  if ((await run(first, [...rest, ...command.split(' ').slice(1)], { env })) !== 0)
    stop(`Installing ${packages.join(', ')} failed. By hand:\n\n  sudo ${command}`);
}
