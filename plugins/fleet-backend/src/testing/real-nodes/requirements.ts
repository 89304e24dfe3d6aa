import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Made by the set-up of `npm test`. The images every real node finds on itself, in a store that all of them read and none writes. */
const IMAGES = path.resolve(__dirname, '../../../../../.cache/real-nodes/images');
/** Name of the base image in it: Debian with an OpenSSH server, iproute2, procps, curl, Python and sudo. */
export const BASE_IMAGE = 'localhost/portico-base:1';

const PROGRAMS = [
  'podman',
  'runc',
  'conmon',
  'sshd',
  'ssh-keygen',
  'ip',
  'iptables',
  'nft',
  'mkfs.ext4',
  'unshare',
  'nsenter',
  'sudo',
  'curl',
  'pkill',
  // Of the whole of Python; its smallest part cannot serve HTTP.
  'pydoc3',
];
const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export function baseImages(): string {
  return IMAGES;
}

let answer: { reason: string | null } | undefined;

/** Null where real nodes can run; else why not and what would help, in one sentence. */
export function whyNoRealNodes(): string | null {
  return (answer ??= { reason: find() }).reason;
}

function find(): string | null {
  if (process.platform !== 'linux') return 'Real nodes are namespaces of a Linux kernel; this is not Linux.';
  if (process.getuid?.() !== 0) return 'Real nodes need root, to make namespaces and mounts.';
  const missing = PROGRAMS.filter(name => !FOLDERS.some(folder => existsSync(path.join(folder, name))));
  if (missing.length > 0) return `Real nodes need ${missing.join(', ')}; "npm test" installs what they need on Debian.`;
  if (!existsSync(path.join(IMAGES, 'ready')))
    return 'Real nodes need their base image; "node tools/real-nodes.mjs" builds it.';
  try {
    const trial =
      'mount -t tmpfs tmpfs /mnt && mkdir /mnt/u /mnt/w && mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/u,workdir=/mnt/w /etc';
    execFileSync('unshare', ['--mount', '--net', '--pid', '--fork', 'sh', '-c', trial], { stdio: 'pipe' });
  } catch (error) {
    const said = String((error as { stderr?: unknown }).stderr ?? error).trim();
    return `Real nodes need namespaces, mounts and overlays, which this machine refuses (${said.slice(0, 200)}).`;
  }
  return null;
}
