import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onPath } from './packages.mjs';
import { root, run } from './processes.mjs';

/** What a node of the tests is made of: a machine that Portico finds as a Debian administrator would leave it. */
const REAL_NODE_PROGRAMS = [
  ['podman', 'podman'],
  ['runc', 'runc'],
  ['crun', 'crun'],
  ['conmon', 'conmon'],
  ['sshd', 'openssh-server'],
  ['ip', 'iproute2'],
  ['iptables', 'iptables'],
  ['nft', 'nftables'],
  ['mkfs.ext4', 'e2fsprogs'],
  ['unshare', 'util-linux'],
  ['newuidmap', 'uidmap'],
  ['sudo', 'sudo'],
  ['debootstrap', 'debootstrap'],
  // What the tests themselves call there.
  ['curl', 'curl'],
  ['pkill', 'procps'],
];
/** They bring no program of their own onto the path, or one that others bring as well. */
const REAL_NODE_FILES = [
  // The whole of Python, for servers to be reached from containers: its smallest part has no `http.server`. A node has the system's own and no other.
  ['/usr/bin/pydoc3', 'python3'],
  ['/usr/lib/podman/netavark', 'netavark'],
  ['/usr/lib/podman/aardvark-dns', 'aardvark-dns'],
];
const IMAGES = join(root, '.cache/real-nodes/images');
const BASE_IMAGE = 'localhost/portico-base:1';
/** What the base image has beside the smallest Debian. */
const BASE_PACKAGES = ['openssh-server', 'iproute2', 'procps', 'curl', 'python3-minimal', 'sudo'];
/** Changes when the image does, so that the next set-up builds it anew. */
const RECIPE = `1 ${BASE_PACKAGES.join(' ')}`;

/** Why this machine will not run real nodes, whatever is installed; null when it may. */
export function whyNoRealNodes() {
  if (process.platform !== 'linux') return 'they are namespaces of a Linux kernel, and this is not Linux';
  if (process.getuid?.() !== 0) return 'they need root; run the tests as root to have them';
  if (!onPath('apt-get')) return 'they are made of Debian packages, and there is no apt-get here';
  if (
    spawnSync('unshare', ['--mount', '--net', '--pid', '--fork', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status !== 0
  )
    return 'this machine does not let even root make namespaces and mounts (a container without privileges?)';
  return null;
}

export function missingRealNodePackages() {
  return [
    ...REAL_NODE_PROGRAMS.filter(([program]) => !onPath(program)),
    ...REAL_NODE_FILES.filter(([file]) => !existsSync(file)),
  ].map(([, name]) => name);
}

/** Builds the base image and puts it where every node finds it, unless it is there. False when it could not be had; why was said. */
export async function ensureBaseImage() {
  const ready = join(IMAGES, 'ready');
  if (existsSync(ready) && readFileSync(ready, 'utf8') === RECIPE) return true;
  process.stdout.write('Building the base image of real nodes (once, a minute or two)…\n');
  const work = mkdtempSync(join(tmpdir(), 'portico-base-'));
  const rootfs = join(work, 'rootfs');
  try {
    const { mirror, suite, proxy } = packageSource();
    const include = `--include=${BASE_PACKAGES.join(',')}`;
    const env = { ...process.env, ...(proxy && { http_proxy: proxy, https_proxy: proxy }) };
    let said = '';
    const code = await run('debootstrap', ['--variant=minbase', include, suite, rootfs, mirror], {
      env,
      onOutput: text => (said = (said + text).slice(-2000)),
    });
    if (code !== 0) throw new Error(`debootstrap ended with ${code}:\n${said}`);
    for (const cache of ['var/cache/apt/archives', 'var/lib/apt/lists'])
      for (const file of readdirSync(join(rootfs, cache))) rmSync(join(rootfs, cache, file), { recursive: true });
    // Every container makes keys of its own.
    for (const file of readdirSync(join(rootfs, 'etc/ssh')))
      if (file.startsWith('ssh_host_')) rmSync(join(rootfs, 'etc/ssh', file));
    rmSync(IMAGES, { recursive: true, force: true });
    mkdirSync(IMAGES, { recursive: true });
    const archive = join(work, 'rootfs.tar');
    execFileSync('tar', ['-C', rootfs, '-cf', archive, '.']);
    const store = ['--root', IMAGES, '--runroot', join(work, 'run'), '--storage-driver', 'overlay'];
    execFileSync('podman', [...store, 'import', '--quiet', archive, BASE_IMAGE], { stdio: 'pipe' });
    writeFileSync(ready, RECIPE);
    return true;
  } catch (error) {
    const said = [error.message, error.stderr].filter(Boolean).join('\n');
    process.stdout.write(`The base image of real nodes could not be built: ${said}\n`);
    return false;
  } finally {
    spawnSync('umount', ['-R', join(IMAGES, 'overlay')], { stdio: 'ignore' });
    rmSync(work, { recursive: true, force: true });
  }
}

/** Where this machine's own packages come from: the same place has those of the image. */
function packageSource() {
  const release = readFileSync('/etc/os-release', 'utf8');
  const suite = /^VERSION_CODENAME=(\S+)/m.exec(release)?.[1] ?? 'bookworm';
  const folder = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map(name => join(folder, name)) : []),
  ];
  const text = files
    .filter(existsSync)
    .map(file => readFileSync(file, 'utf8'))
    .join('\n');
  const uris = [...text.matchAll(/^URIs:\s*(\S+)/gm), ...text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/gm)].map(
    match => match[1],
  );
  const mirror = uris.find(uri => /^https?:.*\/debian\/?$/.test(uri)) ?? 'http://deb.debian.org/debian';
  const settings = spawnSync('apt-config', ['dump', 'Acquire::http::Proxy'], { encoding: 'utf8' }).stdout ?? '';
  const proxy = /"(http[^"]+)"/.exec(settings)?.[1];
  return { mirror, suite, proxy };
}
