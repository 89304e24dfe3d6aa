import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { hostScript } from '../slot-maps/host-script';

const FIXTURES = resolve(__dirname, '../slot-maps/fixtures');

/**
 * A captured tree, one entry per line: `F path content` (line ends as `\n`) or `L path target`, separated by tabs. `qemu-two-numa.tree` was taken from Linux 6.1 in QEMU 7.2: two NUMA domains, NVMe
 * controllers with SR-IOV in both, one of them with two namespaces, and a system disk; only `/proc/mounts` was added to. QEMU has no network card with virtual functions at that version, so
 * `dgx-sriov.tree` is written by hand after the kernel's ABI documentation.
 */
export async function readTree(name: string): Promise<string> {
  return readFile(join(FIXTURES, name), 'utf8');
}

/** Lays the tree out in a directory, runs the script over it as a node would, and returns what it printed. */
export async function readCaptured(
  tree: string,
  more: { readonly csv?: string; readonly list?: string; readonly shell?: readonly string[] } = {},
): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'portico-host-'));
  try {
    for (const line of tree.split('\n')) {
      const [kind, path = '', content = ''] = line.split('\t');
      if (kind !== 'F' && kind !== 'L') continue;
      const target = join(root, path);
      await mkdir(dirname(target), { recursive: true });
      if (kind === 'L') await symlink(content, target);
      else await writeFile(target, `${content.replaceAll('\\n', '\n')}\n`);
    }
    if (more.csv !== undefined) await writeFile(join(root, 'nvidia-smi.csv'), `${more.csv}\n`);
    if (more.list !== undefined) await writeFile(join(root, 'nvidia-smi-list'), `${more.list}\n`);
    const [program = 'sh', ...options] = more.shell ?? ['sh'];
    const { stdout } = await promisify(execFile)(program, [...options, '-c', hostScript, 'sh', root]);
    return stdout;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
